/// Finds the known key that somebody may have meant.
enum NearestKey {
    /// More slips than this make another word.
    private static let maximumDistance = 3

    /// The candidate with the fewest changed letters, case aside.
    ///
    /// - Parameters:
    ///   - key: what was written.
    ///   - candidates: the known keys.
    /// - Returns: nil when none is near: at most three letters differ, and fewer than half of the word.
    static func to(_ key: String, among candidates: [String]) -> String? {
        let best =
            candidates
            .map { (candidate: $0, distance: distance(key.lowercased(), $0.lowercased())) }
            .min { $0.distance < $1.distance }
        guard let best, best.distance <= maximumDistance, best.distance * 2 < best.candidate.count else { return nil }
        return best.candidate
    }

    /// The number of letters to insert, remove or replace (Levenshtein's distance).
    static func distance(_ first: String, _ second: String) -> Int {
        let second = Array(second)
        var previous = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                let replaced = previous[column] + (letter == other ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[second.count]
    }
}
