/// A strong reference: a record's address and the CID of the version that is meant.
struct RecordReference: Sendable {
    let uri: String
    let cid: String

    func append(to json: inout String) {
        json += "{\"cid\":\""
        json += cid
        json += "\",\"uri\":\""
        json += uri
        json += "\"}"
    }
}

/// Records of `app.bsky.feed.post`: text, facets, languages, replies and embeds.
struct PostTexts {
    /// Everything about a post that is not drawn here.
    struct Surroundings {
        let createdAt: String
        /// What it answers, nil for a post of its own.
        let reply: (root: RecordReference, parent: RecordReference)?
        /// What it quotes, if it quotes.
        let quote: RecordReference
        /// Whom it mentions, if it mentions.
        let mention: String
    }

    /// One post in so many carries one of `Phrases.oddities`.
    private static let postsPerOddity = 60

    static func post(_ around: Surroundings, using generator: inout SeededGenerator) -> String {
        let language = Phrases.languages[generator.weighted(Phrases.weights, total: Phrases.totalWeight)]
        var text = self.text(in: language, using: &generator)
        let facets = appendFacets(to: &text, mention: around.mention, using: &generator)
        var json = "{\"$type\":\"app.bsky.feed.post\",\"createdAt\":\""
        json += around.createdAt
        json += "\""
        appendEmbed(around, to: &json, using: &generator)
        if !facets.isEmpty {
            json += ",\"facets\":["
            json += facets
            json += "]"
        }
        if !generator.chance(1, in: 12) {
            json += ",\"langs\":[\""
            json += language.tag
            json += generator.chance(1, in: 25) ? "\",\"en-US\"]" : "\"]"
        }
        if let reply = around.reply {
            json += ",\"reply\":{\"parent\":"
            reply.parent.append(to: &json)
            json += ",\"root\":"
            reply.root.append(to: &json)
            json += "}"
        }
        json += ",\"text\":"
        JSONText.append(text, to: &json)
        json += "}"
        return json
    }

    static func text(in language: Phrases.Language, using generator: inout SeededGenerator) -> String {
        var text = generator.pick(language.phrases)
        for _ in 0..<generator.skewedBelow(6) {
            text += generator.chance(1, in: 6) ? "\n\n" : " "
            text += generator.pick(language.phrases)
        }
        if generator.chance(1, in: 4) {
            text += " "
            text += generator.pick(Phrases.emoji)
        }
        if generator.chance(1, in: postsPerOddity) {
            text += " "
            text += generator.pick(Phrases.oddities)
        }
        return text
    }

    /// Adds what facets mark (link, tag, mention) at the end of the text, and returns the facets, without brackets.
    ///
    /// Their positions count UTF-8 bytes of the text before it is escaped.
    private static func appendFacets(
        to text: inout String,
        mention: String,
        using generator: inout SeededGenerator
    ) -> String {
        var facets = ""
        func add(_ word: String, _ feature: String) {
            text += " "
            let start = text.utf8.count
            text += word
            facets += facets.isEmpty ? "" : ","
            facets += "{\"features\":[{\"$type\":\"app.bsky.richtext.facet#"
            facets += feature
            facets +=
                "\"}],\"index\":{\"byteEnd\":" + String(text.utf8.count) + ",\"byteStart\":" + String(start) + "}}"
        }
        if generator.chance(1, in: 9) {
            let link = generator.pick(Phrases.hosts) + "/" + String(generator.below(1_000_000))
            add(
                link + "...",
                "link\",\"uri\":\"https://" + link + "?source=share\\u0026id=" + String(generator.below(99))
            )
        }
        if generator.chance(1, in: 10) {
            for _ in 0...generator.below(3) {
                let tag = generator.pick(Phrases.tags)
                add("#" + tag, "tag\",\"tag\":\"" + tag)
            }
        }
        if generator.chance(1, in: 30) {
            add("@" + generator.pick(Phrases.names) + ".bsky.social", "mention\",\"did\":\"" + mention)
        }
        return facets
    }

    private static func appendEmbed(
        _ around: Surroundings,
        to json: inout String,
        using generator: inout SeededGenerator
    ) {
        switch generator.below(100) {
        case 0..<16:
            json += ",\"embed\":"
            appendImages(to: &json, using: &generator)
        case 16..<28:
            json += ",\"embed\":"
            appendExternal(to: &json, using: &generator)
        case 28..<35:
            json += ",\"embed\":{\"$type\":\"app.bsky.embed.record\",\"record\":"
            around.quote.append(to: &json)
            json += "}"
        case 35..<37:
            json += ",\"embed\":{\"$type\":\"app.bsky.embed.recordWithMedia\",\"media\":"
            appendImages(to: &json, using: &generator)
            json += ",\"record\":{\"$type\":\"app.bsky.embed.record\",\"record\":"
            around.quote.append(to: &json)
            json += "}}"
        default:
            break
        }
    }

    private static func appendImages(to json: inout String, using generator: inout SeededGenerator) {
        json += "{\"$type\":\"app.bsky.embed.images\",\"images\":["
        for index in 0...generator.skewedBelow(4) {
            json += index == 0 ? "{\"alt\":" : ",{\"alt\":"
            JSONText.append(alternativeText(using: &generator), to: &json)
            json += ",\"aspectRatio\":{\"height\":" + String(400 + generator.below(3_000))
            json += ",\"width\":" + String(400 + generator.below(3_000)) + "},\"image\":"
            BlobText.append(to: &json, using: &generator)
            json += "}"
        }
        json += "]}"
    }

    private static func alternativeText(using generator: inout SeededGenerator) -> String {
        guard generator.chance(1, in: 2) else { return "" }
        return generator.pick(
            generator.chance(1, in: 12) ? Phrases.oddities : generator.pick(Phrases.languages).phrases
        )
    }

    private static func appendExternal(to json: inout String, using generator: inout SeededGenerator) {
        let language = generator.pick(Phrases.languages)
        json += "{\"$type\":\"app.bsky.embed.external\",\"external\":{\"description\":"
        JSONText.append(text(in: language, using: &generator), to: &json)
        json += ",\"thumb\":"
        BlobText.append(to: &json, using: &generator)
        json += ",\"title\":"
        JSONText.append(generator.pick(language.phrases), to: &json)
        json +=
            ",\"uri\":\"https://" + generator.pick(Phrases.hosts) + "/" + String(generator.below(1_000_000)) + "\"}}"
    }
}

/// References to uploaded files.
enum BlobText {
    static func append(to json: inout String, using generator: inout SeededGenerator) {
        json += "{\"$type\":\"blob\",\"ref\":{\"$link\":\""
        json += CID.randomBlob(using: &generator)
        json += generator.chance(1, in: 6) ? "\"},\"mimeType\":\"image/png\"" : "\"},\"mimeType\":\"image/jpeg\""
        json += ",\"size\":" + String(2_000 + generator.below(980_000)) + "}"
    }
}
