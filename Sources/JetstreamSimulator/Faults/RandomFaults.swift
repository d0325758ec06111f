/// Faults at random times, the same for the same seed.
package struct RandomFaultPlan: Sendable, Equatable {
    /// The kinds that can be drawn.
    package enum Kind: String, Sendable, CaseIterable {
        case cut
        case cutMidFrame = "cut-mid-frame"
        case reset
        case close
        case error
        case blind
        case silent
        case halfOpen = "half-open"
        case slow
        case refuse
        case malformed
        case account
        case sync
        case newDictionary = "new-dictionary"
        case instanceReset = "instance-reset"
        case lookBack = "look-back"

        /// Those that a client can go through without missing anything.
        package static let harmless = allCases.filter { ![.blind, .instanceReset, .lookBack].contains($0) }
    }

    package let seed: UInt64
    /// The mean distance of two faults.
    package let everySeconds: Double
    package let kinds: [Kind]

    package init(seed: UInt64, everySeconds: Double, kinds: [Kind] = Kind.harmless) {
        self.seed = seed
        self.everySeconds = everySeconds
        self.kinds = kinds
    }
}

/// Draws faults.
struct RandomFaults: Sendable {
    private static let closeCodes: [UInt16] = [1_000, 1_001, 1_011, 1_012]
    private static let statuses = [429, 503]
    private static let malformed: [InjectedMessage.Kind] = [
        .garbage, .brokenJSON, .missingFields, .wrongTypes,
    ]

    private let plan: RandomFaultPlan
    private var generator: SeededGenerator

    init(_ plan: RandomFaultPlan) {
        self.plan = plan
        generator = SeededGenerator(seed: plan.seed)
    }

    /// The next fault, and how long after the one before it; between half and one and a half of the mean.
    mutating func next() -> (delaySeconds: Double, fault: Fault, seconds: Double?) {
        let delay = plan.everySeconds * (0.5 + unit())
        // All draws are made for each fault, so that one more kind does not move all the others.
        let (length, choice) = (plan.everySeconds * (0.1 + 0.4 * unit()), Int(generator.next() >> 33))
        let kind = generator.pick(plan.kinds)
        let fault = fault(kind, choice)
        let isLasting = [.blind, .silent, .slow, .refuse].contains(kind)
        return (delay, fault, isLasting ? length : nil)
    }

    private mutating func unit() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    private func fault(_ kind: RandomFaultPlan.Kind, _ choice: Int) -> Fault {
        switch kind {
        case .cut: .cut
        case .cutMidFrame: .cutMidFrame
        case .reset: .reset
        case .close: .close(code: Self.closeCodes[choice % Self.closeCodes.count])
        case .error: .error(name: choice.isMultiple(of: 2) ? "ConsumerTooSlow" : "InternalError")
        case .blind: .modes(.blind())
        case .silent: .modes(.silent())
        case .halfOpen: .modes(.halfOpen())
        case .slow: .modes(.slow(bytesPerSecond: 500 + choice % 20_000))
        case .refuse:
            .refuse(
                RefusalPlan(
                    RefusalAnswer(
                        status: Self.statuses[choice % Self.statuses.count],
                        retryAfterSeconds: choice.isMultiple(of: 2) ? nil : 1
                    )
                )
            )
        case .malformed: .malformed(Self.malformed[choice % Self.malformed.count])
        case .account: .account(AccountStatus.allCases[choice % AccountStatus.allCases.count])
        case .sync: .sync
        case .newDictionary: .newDictionary
        case .instanceReset: .instanceReset
        case .lookBack: .lookBack(.events(100 + choice % 10_000))
        }
    }
}
