/// A seeded source of random numbers whose sequence is the same on every machine and with every standard library.
///
/// SplitMix64 (Steele, Lea, Flood 2014). `Int.random(in:using:)` is avoided on purpose: how it draws is not part of its
/// contract, and the same seed has to give the same stream byte for byte.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// The mixing step on its own: a well spread value for any input, used to derive things from an index.
    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    /// A number from 0 up to, but not including, `bound`.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "nothing lies below \(bound)")
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// True with a chance of `count` in `total`.
    mutating func chance(_ count: Int, in total: Int) -> Bool {
        below(total) < count
    }

    /// One element, each equally likely.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// A number from 0 up to, but not including, `bound`, small ones more likely than large ones.
    ///
    /// Half of the results lie in the lowest quarter, which is how a few accounts write most of what is written.
    mutating func skewedBelow(_ bound: Int) -> Int {
        let unit = Double(next() >> 11) * 0x1p-53
        return min(bound - 1, Int(unit * unit * Double(bound)))
    }

    /// Which of the weighted choices was drawn: an index into `weights`.
    mutating func weighted(_ weights: [Int], total: Int) -> Int {
        var rest = below(total)
        for (index, weight) in weights.enumerated() {
            guard rest >= weight else { return index }
            rest -= weight
        }
        preconditionFailure("weights add up to less than \(total)")
    }
}
