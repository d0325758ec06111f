/// The words that generated texts are made of, in the scripts that a real stream carries.
enum Phrases {
    struct Language: Sendable {
        /// The BCP 47 tag for `langs`.
        let tag: String
        /// How often it is chosen, in `totalWeight`.
        let weight: Int
        let phrases: [String]
    }

    static let totalWeight = languages.reduce(0) { $0 + $1.weight }
    static let weights = languages.map(\.weight)

    static let languages: [Language] = [
        Language(tag: "en", weight: 55, phrases: english),
        Language(tag: "ja", weight: 15, phrases: japanese),
        Language(tag: "pt", weight: 8, phrases: portuguese),
        Language(tag: "de", weight: 6, phrases: german),
        Language(tag: "es", weight: 4, phrases: spanish),
        Language(tag: "fr", weight: 3, phrases: french),
        Language(tag: "ru", weight: 3, phrases: russian),
        Language(tag: "ko", weight: 2, phrases: korean),
        Language(tag: "ar", weight: 1, phrases: arabic),
        Language(tag: "th", weight: 1, phrases: thai),
        Language(tag: "hi", weight: 1, phrases: hindi),
        Language(tag: "el", weight: 1, phrases: greek),
    ]

    static let emoji = ["💦", "😍🔥", "🧵👇", "👩‍🚀", "🏳️‍🌈", "👍🏽", "🇯🇵🇧🇷", "❤️", "☕️", "🦋", "\u{1F9FF}", "😂😂😂"]

    /// What ends a text now and then: everything that a JSON writer or reader is known to stumble over.
    static let oddities = [
        "\"quoted\" and 'single'", "back\\slash C:\\temp\\new", "a < b && c > d", "tab\there", "line\r\nfeed",
        "zero\u{0}byte", "separator\u{2028}here", "e\u{301} is not é", "\u{202E}right to left\u{202C}", "bell\u{7}",
        "{\"looks\":[\"like\",\"JSON\"]}", "last code point \u{10FFFF}", "'; DROP TABLE record; --", "null", "𝕱𝖗𝖆𝖐𝖙𝖚𝖗",
    ]

    static let tags = ["photography", "gamedev", "art", "caturday", "今日の一枚", "bookquest", "Fußball", "fediverse", "선물"]

    static let names = [
        "amber", "birch", "cobalt", "drift", "ember", "fjord", "gale", "harbor", "iris", "juniper", "kestrel", "lumen",
        "marsh", "nimbus", "onyx", "pebble", "quill", "rook", "sable", "thistle", "umber", "vesper", "willow", "zephyr",
    ]

    static let hosts = ["news.example.com", "www.example.org", "blog.example.net", "video.example", "übung.example"]

    private static let english = [
        "The wind turned at noon and nobody on the pier noticed.", "I finally fixed the leaking tap!", "Not again…",
        "Does anyone know a good place for noodles near the station?", "My cat has opinions about this meeting.",
        "Reading by candlelight is overrated, and yet here I am.", "Same.", "Thread on why the old bridge matters:",
        "We waited two hours for the ferry, and it was worth it, every minute of it, even in the rain.",
        "Good morning!",
        "Hot take: soup is a drink.", "They cancelled the show after one season and I’m still not over it.", "lol",
        "If you’re in town on Saturday, come by; there’s cake, and the dog will be there too.", "Exactly this.",
        "Somebody left a piano in the park and people just take turns playing it.",
        "I can’t believe it’s July already.",
    ]
    private static let japanese = [
        "今日は風が強いですね。", "やっと終わった…！", "猫がキーボードの上で寝ている。", "新しい本を買いました。とても楽しみ。",
        "おはようございます", "駅前のラーメン屋さん、まだ開いてるかな？", "明日は晴れるといいなあ。", "これ、すごく好き。",
    ]
    private static let portuguese = [
        "Bom dia, gente!", "Não acredito que já é segunda-feira.", "Alguém viu o jogo ontem? Que emoção!",
        "O café acabou e a paciência também.", "Saudades do mar e do vento de São João.", "kkkkkkk",
    ]
    private static let german = [
        "Schöne Grüße aus Köln!", "Der Zug fällt heute leider aus, natürlich.", "Wer möchte noch ein Stück Kuchen?",
        "Heute über Brücken, Flüsse und große Pläne.", "Moin.", "So viel Ärger für so wenig Käse.",
    ]
    private static let spanish = [
        "¿Quién más está despierto a esta hora?", "Mañana será otro día.", "El niño cantó una canción sobre la luna.",
        "¡Qué calor hace hoy!", "Acabo de ver la película y no tengo palabras.",
    ]
    private static let french = [
        "C’est déjà l’été, où est passé le printemps ?", "Un café, s’il vous plaît.", "Très belle journée à tous !",
        "J’ai encore oublié mon parapluie.", "Voilà, c’est fait : l’œuvre est achevée.",
    ]
    private static let russian = [
        "Доброе утро, друзья!", "Сегодня снова идёт дождь.", "Кто-нибудь читал эту книгу?",
        "Весь вечер слушаю старые песни.",
    ]
    private static let korean = ["오늘 날씨가 정말 좋네요.", "고양이가 또 책상 위에 올라갔어요.", "다들 점심 뭐 드셨어요?", "ㅋㅋㅋㅋ"]
    private static let arabic = ["صباح الخير جميعا", "البحر هادئ اليوم والريح خفيفة.", "هل قرأ أحدكم هذا الكتاب؟"]
    private static let thai = ["วันนี้อากาศดีมาก", "แมวนอนบนคีย์บอร์ดอีกแล้ว", "ใครอยากกินก๋วยเตี๋ยวบ้าง"]
    private static let hindi = ["आज मौसम बहुत अच्छा है।", "चाय के बिना सुबह अधूरी है।", "क्या किसी ने यह किताब पढ़ी है?"]
    private static let greek = ["Καλημέρα σε όλους!", "Ο άνεμος άλλαξε το μεσημέρι.", "Πού είναι η γάτα;"]
}
