import Foundation
import TestSupport

/// Has a program believe another time of day, which a test can change while it runs; its other clocks go on as they do.
///
/// A library that is loaded before the C library, made by the system's compiler: the machine's own clock is that of others
/// too, and a time namespace has no time of day.
struct JumpingClock {
    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static volatile int64_t *seconds;
        __attribute__((constructor)) static void begin(void) {
            int file = open(getenv("CLOCK_OFFSET"), O_RDONLY | O_CLOEXEC);
            void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
            if (page != MAP_FAILED) seconds = page;
            close(file);
        }
        int clock_gettime(clockid_t clock, struct timespec *time) {
            long result = syscall(SYS_clock_gettime, clock, time);
            if (result == 0 && clock == CLOCK_REALTIME && seconds) time->tv_sec += *seconds;
            return (int)result;
        }
        int gettimeofday(struct timeval *restrict time, void *restrict zone) {
            struct timespec now;
            (void)zone;
            clock_gettime(CLOCK_REALTIME, &now);
            time->tv_sec = now.tv_sec;
            time->tv_usec = now.tv_nsec / 1000;
            return 0;
        }
        time_t time(time_t *result) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (result) *result = now.tv_sec;
            return now.tv_sec;
        }
        """

    /// Whether a program obeys such a clock here.
    static var isPossible: Bool {
        guard let folder = try? TemporaryFolder(), let clock = try? JumpingClock(in: folder) else { return false }
        let script = "test $(date +%s) -gt $(($(stat -c %Y \(clock.offsetFile)) + 80000))"
        guard (try? clock.jump(toSeconds: 86_400)) != nil,
            let process = try? TestProgram.make("sh", ["-c", script])
        else { return false }
        process.environment = ProcessInfo.processInfo.environment.merging(clock.environment) { _, new in new }
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private let library: String
    private let offsetFile: String

    /// What a program needs to be started with.
    var environment: [String: String] { ["LD_PRELOAD": library, "CLOCK_OFFSET": offsetFile] }

    init(in folder: TemporaryFolder) throws {
        library = folder.path("clock.so")
        offsetFile = folder.path("offset")
        try folder.write(String(repeating: "\0", count: 8), to: "offset")
        let source = try folder.write(JumpingClock.source, to: "clock.c")
        try TestProgram.run("cc", ["-shared", "-fPIC", "-O1", "-o", library, source], in: folder.url)
    }

    /// Puts the programs' clocks this far from the machine's.
    func jump(toSeconds seconds: Int64) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: offsetFile))
        defer { try? file.close() }
        try file.write(contentsOf: withUnsafeBytes(of: seconds.littleEndian) { Data($0) })
    }
}
