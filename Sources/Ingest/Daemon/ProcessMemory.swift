import CMalloc

/// What the process keeps of the memory that it gives back.
enum ProcessMemory {
    /// A batch's bytes are more than this, a row's are less.
    private static let largeBytes: CInt = 512 * 1024

    /// Has large blocks go back to the system when they are freed.
    ///
    /// By default glibc takes a freed block's size as a sign that the next ones come from the heap (mallopt(3),
    /// M_MMAP_THRESHOLD), where the batches of a backlog, freed on other threads than they were made on, leave holes: a
    /// tenth of the peak, for a page fault in each 4 KiB.
    static func giveBackLargeBlocks() {
        // Where it is refused more memory is used, and nothing is wrong.
        _ = mallopt(M_MMAP_THRESHOLD, largeBytes)
    }
}
