import Testing

@testable import Jetstream

struct FilterStateTests {
    private let old = Subscription(wantedCollections: ["a.b.c"])
    private let new = Subscription(wantedCollections: ["a.b.d"])

    @Test func `asks for what is wanted until a server refuses it, then for what one took before`() {
        var filters = FilterState()
        #expect(filters.choice(of: old) == old)
        filters.noteTaken(old)
        #expect(filters.choice(of: new) == new)
        let wentBack = filters.noteRefused(new)
        #expect(wentBack)
        #expect(filters.choice(of: new) == old)
        let newer = Subscription()
        #expect(filters.choice(of: newer) == newer)
    }

    @Test func `there is nothing to go back to when nothing was taken, or only this`() {
        var filters = FilterState()
        var wentBack = filters.noteRefused(old)
        #expect(!wentBack)
        #expect(filters.choice(of: old) == old)
        filters.noteTaken(old)
        wentBack = filters.noteRefused(old)
        #expect(!wentBack)
        #expect(filters.choice(of: old) == old)
    }
}
