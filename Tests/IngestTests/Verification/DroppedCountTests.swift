import Store
import Testing

@testable import Ingest

/// Each change of a sum and of a table, left out once where it is made: it must show.
///
/// The program is as it is; a trigger in the database drops the change
/// (https://www.sqlite.org/lang_createtrigger.html#raise).
@Suite
struct DroppedCountTests {
    struct Place: Sendable, CustomTestStringConvertible {
        let name: String
        /// The statement that is dropped: its table and when, in terms of the new row (and the old one, of an update).
        let dropped: String
        let found: Set<VerifiedCheck.Name>
        /// What makes the change.
        let act: @Sendable (IngestHarness) async throws -> Void

        var testDescription: String { name }

        init(
            _ name: String,
            _ dropped: String,
            _ found: Set<VerifiedCheck.Name>,
            _ act: @escaping @Sendable (IngestHarness) async throws -> Void = Place.receive
        ) {
            self.name = name
            self.dropped = dropped
            self.found = found
            self.act = act
        }

        /// A sum that is not increased, or not decreased.
        static func sum(_ name: String, _ sign: Character) -> String {
            "INSERT ON counter WHEN NEW.name = '\(name)' AND NEW.value \(sign) 0"
        }
    }

    @Test(arguments: places)
    func `invariant 5: a change that is left out shows`(_ place: Place) async throws {
        let harness = try IngestHarness()
        try await SampleHistory.fill(harness)
        try harness.execute(
            """
            CREATE TABLE dropped (times INTEGER);
            CREATE TRIGGER dropping BEFORE \(place.dropped) BEGIN
                INSERT INTO dropped VALUES (1); SELECT RAISE(IGNORE);
            END
            """
        )
        try await place.act(harness)
        try harness.execute("DROP TRIGGER dropping")
        #expect(try harness.number("SELECT count(*) FROM dropped") ?? 0 > 0, "the change was left out")
        #expect(try harness.differing() == place.found)
    }
}
