/// The collections that generated records belong to.
enum Collection: CaseIterable, Sendable {
    case like
    case post
    case repost
    case follow
    case block
    case listItem
    case threadGate
    case profile
    case blogEntry
    case play
    case broadcast

    /// How often a create belongs to each collection, in order of `allCases`, in thousandths, as measured in production.
    static let weights = [600, 150, 100, 100, 14, 9, 5, 10, 3, 6, 3]
    static let totalWeight = 1_000

    var nsid: String {
        switch self {
        case .like: "app.bsky.feed.like"
        case .post: "app.bsky.feed.post"
        case .repost: "app.bsky.feed.repost"
        case .follow: "app.bsky.graph.follow"
        case .block: "app.bsky.graph.block"
        case .listItem: "app.bsky.graph.listitem"
        case .threadGate: "app.bsky.feed.threadgate"
        case .profile: "app.bsky.actor.profile"
        case .blogEntry: "com.whtwnd.blog.entry"
        case .play: "fm.teal.alpha.feed.play"
        case .broadcast: "place.stream.broadcast.origin"
        }
    }

    /// Whether records of this kind are written again, rather than deleted and created anew.
    var isUpdated: Bool {
        self == .profile || self == .blogEntry || self == .broadcast
    }
}
