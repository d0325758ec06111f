/// The records of all collections but posts, as JSON with the keys in the order of the real server.
enum RecordTexts {
    /// `app.bsky.feed.like` and `app.bsky.feed.repost`.
    ///
    /// - Parameters:
    ///   - type: the collection.
    ///   - createdAt: RFC 3339 text.
    ///   - subject: what is liked.
    ///   - via: the repost through which it was found, nil when there was none.
    /// - Returns: the record as JSON.
    static func reaction(_ type: String, createdAt: String, subject: RecordReference, via: RecordReference?) -> String {
        var json = start(type, createdAt: createdAt)
        json += ",\"subject\":"
        subject.append(to: &json)
        if let via {
            json += ",\"via\":"
            via.append(to: &json)
        }
        json += "}"
        return json
    }

    /// `app.bsky.graph.follow` and `app.bsky.graph.block`.
    static func relation(_ type: String, createdAt: String, subject: String) -> String {
        start(type, createdAt: createdAt) + ",\"subject\":\"" + subject + "\"}"
    }

    static func listItem(createdAt: String, list: String, subject: String) -> String {
        start("app.bsky.graph.listitem", createdAt: createdAt) + ",\"list\":\"" + list + "\",\"subject\":\"" + subject
            + "\"}"
    }

    static func threadGate(createdAt: String, post: String) -> String {
        "{\"$type\":\"app.bsky.feed.threadgate\",\"allow\":[{\"$type\":\"app.bsky.feed.threadgate#followingRule\"}]"
            + ",\"createdAt\":\"" + createdAt + "\",\"hiddenReplies\":[],\"post\":\"" + post + "\"}"
    }

    static func profile(createdAt: String, name: String, using generator: inout SeededGenerator) -> String {
        let language = generator.pick(Phrases.languages)
        var json = "{\"$type\":\"app.bsky.actor.profile\",\"avatar\":"
        BlobText.append(to: &json, using: &generator)
        if generator.chance(1, in: 2) {
            json += ",\"banner\":"
            BlobText.append(to: &json, using: &generator)
        }
        json += ",\"createdAt\":\"" + createdAt + "\",\"description\":"
        JSONText.append(PostTexts.text(in: language, using: &generator), to: &json)
        json += ",\"displayName\":"
        JSONText.append(name + " " + generator.pick(Phrases.emoji), to: &json)
        json += "}"
        return json
    }

    /// `com.whtwnd.blog.entry`: long texts, up to some ten kilobytes.
    static func blogEntry(createdAt: String, using generator: inout SeededGenerator) -> String {
        let language = generator.pick(Phrases.languages)
        var content = "# " + generator.pick(language.phrases)
        for _ in 0...generator.skewedBelow(60) {
            content += "\n\n"
            content += PostTexts.text(in: language, using: &generator)
        }
        var json = "{\"$type\":\"com.whtwnd.blog.entry\",\"content\":"
        JSONText.append(content, to: &json)
        json += ",\"createdAt\":\"" + createdAt + "\",\"theme\":\"github-light\",\"title\":"
        JSONText.append(generator.pick(language.phrases), to: &json)
        json += ",\"visibility\":\"public\"}"
        return json
    }

    /// `fm.teal.alpha.feed.play`: nested objects, numbers and null.
    static func play(createdAt: String, using generator: inout SeededGenerator) -> String {
        var json = "{\"$type\":\"fm.teal.alpha.feed.play\",\"artists\":[{\"artistMbId\":null,\"artistName\":"
        JSONText.append(generator.pick(Phrases.names) + " & the " + generator.pick(Phrases.names) + "s", to: &json)
        json += "}],\"duration\":" + String(60 + generator.below(600)) + ",\"playedTime\":\"" + createdAt
        json += "\",\"releaseName\":"
        JSONText.append(generator.pick(Phrases.oddities), to: &json)
        json += ",\"submissionClientAgent\":\"example/1.0.0\",\"trackName\":"
        JSONText.append(generator.pick(generator.pick(Phrases.languages).phrases), to: &json)
        json += "}"
        return json
    }

    /// `place.stream.broadcast.origin`: bytes in DAG-JSON, an integer at the edge, and a key with colons.
    static func broadcast(createdAt: String, streamer: String, using generator: inout SeededGenerator) -> String {
        "{\"$type\":\"place.stream.broadcast.origin\",\"server\":\"did:web:stream.example\",\"sessionKey\":{\"$bytes\":\""
            + Base32.encode(generator.next(), characters: 12, alphabet: Base32.standard)
            + "\"},\"sequence\":" + String(Int64.max - Int64(generator.below(1_000))) + ",\"streamer\":\"" + streamer
            + "\",\"updatedAt\":\"" + createdAt + "\"}"
    }

    private static func start(_ type: String, createdAt: String) -> String {
        var json = "{\"$type\":\""
        json.reserveCapacity(512)
        json += type
        json += "\",\"createdAt\":\""
        json += createdAt
        json += "\""
        return json
    }
}
