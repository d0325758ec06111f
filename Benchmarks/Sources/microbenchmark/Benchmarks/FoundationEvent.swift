/// An event as `JSONDecoder` reads it; the record itself is validated and left.
struct FoundationEvent: Decodable {
    struct Commit: Decodable {
        let rev: String
        let operation: String
        let collection: String
        let rkey: String
        let cid: String?
    }

    struct Identity: Decodable {
        let handle: String?
        let seq: Int64
        let time: String
    }

    struct Account: Decodable {
        let active: Bool
        let status: String?
        let seq: Int64
        let time: String
    }

    private enum CodingKeys: String, CodingKey {
        case did
        case timeMicroseconds = "time_us"
        case kind
        case commit
        case identity
        case account
    }

    let did: String
    let timeMicroseconds: Int64
    let kind: String
    let commit: Commit?
    let identity: Identity?
    let account: Account?
}
