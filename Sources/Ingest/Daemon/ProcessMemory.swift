import CMalloc

/// What the process keeps of the memory that it gives back.
enum ProcessMemory {
    /// A batch's bytes are more than this, a row's are less.
    private static let largeBytes: CInt = 512 * 1024
    /// One for each thread that has much to do: the reader and the writer.
    private static let heaps: CInt = 2

    /// Has large blocks go back to the system when they are freed.
    ///
    /// By default glibc takes a freed block's size as a sign that the next ones come from the heap (mallopt(3),
    /// M_MMAP_THRESHOLD), where the batches of a backlog, freed on other threads than they were made on, leave holes: a
    /// tenth of the peak, for a page fault in each 4 KiB.
    static func giveBackLargeBlocks() {
        // Where it is refused more memory is used, and nothing is wrong.
        _ = mallopt(M_MMAP_THRESHOLD, largeBytes)
    }

    /// Has all threads allocate from a few heaps; to be called early, since heaps that there are already stay.
    ///
    /// By default each thread may come to have one (mallopt(3), M_ARENA_MAX). SQLite's pages are made on whichever thread
    /// the writer runs, and each heap keeps the room for all that it ever held at once.
    static func shareHeaps() {
        _ = mallopt(M_ARENA_MAX, heaps)
    }

    /// Has the system take back the free blocks between those that are in use; it looks through the whole heap for them.
    static func giveBackWhatIsFree() {
        _ = malloc_trim(0)
    }
}
