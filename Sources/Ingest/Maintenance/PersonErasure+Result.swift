extension PersonErasure {
    /// What was erased, or would be, and what could not be.
    package struct Result: Sendable, Equatable {
        package var records = 0
        package var tombstones = 0
        package var events = 0
        /// The bytes of the events' messages.
        package var payloadBytes: Int64 = 0
        /// Whether anything was known of the account itself.
        package var knewAccount = false
        /// Events that are still `processing`, and so still there.
        package var openEvents = 0
        /// Whether the write-ahead log is empty, which else holds what was erased.
        package var isLogEmptied = false

        package init() {}
    }
}
