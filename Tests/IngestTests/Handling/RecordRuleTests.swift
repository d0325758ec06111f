import TestSupport
import Testing
import Texts

@testable import Ingest

@Suite
struct RecordRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let words: String
        var rev = 5
        var cid: String?
        var stored: (rev: Int, cid: String)?
        var buried: Int?
        let verdict: RecordRule.Verdict

        var testDescription: String { words }
    }

    private static let older = RecordRule.Verdict.skip(message: "Skipped: older than the stored revision")
    private static let duplicate = RecordRule.Verdict.skip(message: "Skipped: duplicate CID")
    private static let sameContent = RecordRule.Verdict.storeRevision(message: "Skipped: duplicate CID")
    private static let conflict = RecordRule.Verdict.refuse(message: "Conflicting CID for one revision")

    static let cases: [Case] = [
        Case(words: "put, nothing there", cid: "a", verdict: .apply),
        Case(words: "put, newer", cid: "b", stored: (4, "a"), verdict: .apply),
        Case(words: "put, newer, same content", cid: "a", stored: (4, "a"), verdict: sameContent),
        Case(words: "put, the very same", cid: "a", stored: (5, "a"), verdict: duplicate),
        Case(words: "put, same revision, other content", cid: "b", stored: (5, "a"), verdict: conflict),
        Case(words: "put, older", cid: "b", stored: (6, "a"), verdict: older),
        Case(words: "put, older, same content", cid: "a", stored: (6, "a"), verdict: older),
        Case(words: "put, newer than the tombstone", cid: "a", buried: 4, verdict: .apply),
        Case(words: "put, of the tombstone's revision", cid: "a", buried: 5, verdict: older),
        Case(words: "put, older than the tombstone", cid: "a", buried: 6, verdict: older),
        Case(words: "put, newer than tombstone and record", cid: "b", stored: (4, "a"), buried: 3, verdict: .apply),
        Case(words: "put, between tombstone and record", cid: "b", stored: (6, "a"), buried: 4, verdict: older),
        Case(words: "put, between record and tombstone", cid: "b", stored: (4, "a"), buried: 6, verdict: older),
        Case(words: "delete, nothing there", verdict: .apply),
        Case(words: "delete, newer", stored: (4, "a"), verdict: .apply),
        Case(words: "delete, of the record's revision", stored: (5, "a"), verdict: older),
        Case(words: "delete, older", stored: (6, "a"), verdict: older),
        Case(words: "delete, newer than the tombstone", buried: 4, verdict: .apply),
        Case(words: "delete, of the tombstone's revision", buried: 5, verdict: older),
        Case(words: "delete, older than the tombstone", buried: 6, verdict: older),
    ]

    @Test(arguments: cases)
    func `invariant 3: the revision decides, whatever the order of arrival`(_ example: Case) {
        let verdict = RecordRule.verdict(
            rev: ByteText(revision(Int64(example.rev))),
            cid: example.cid.map { ByteText($0) },
            stored: example.stored.map { (rev: ByteText(revision(Int64($0.rev))), cid: ByteText($0.cid)) },
            buried: example.buried.map { ByteText(revision(Int64($0))) }
        )
        #expect(verdict == example.verdict)
    }
}
