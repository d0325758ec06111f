// swift-tools-version: 6.2

import PackageDescription

/// What every Swift target is compiled with, as in Windsock's own package.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// The first group of targets is Windsock's own sources, which symbolic links bring here: what is `package` or internal
// in them can be measured without being made public. Jetstream and Ingest have a file more, a door to what is internal.
let package = Package(
    name: "windsock-benchmarks",
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CSQLite"),
        .target(name: "Texts", swiftSettings: strict),
        .target(
            name: "Jetstream",
            dependencies: ["CCurl", "CSimdjson", "CZstd", "Texts", logging, crypto],
            swiftSettings: strict
        ),
        .target(name: "Store", dependencies: ["CSQLite", "Texts", grdb, sqlite], swiftSettings: strict),
        .target(
            name: "Ingest",
            dependencies: [
                "CMalloc", "Jetstream", "Store", "Texts", grdb, logging, crypto,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(name: "EventGeneration", dependencies: [crypto], swiftSettings: strict),

        .target(name: "CMeasuring"),
        .target(
            name: "Measuring",
            dependencies: ["CMeasuring", "EventGeneration", "Jetstream", "Store"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "microbenchmark",
            dependencies: [
                "Measuring", "CZstd", "Ingest", "Jetstream", "Store", "Texts", grdb, logging, arguments,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "counts",
            dependencies: ["Measuring", "Ingest", "Jetstream", arguments],
            swiftSettings: strict,
            // valgrind gives up on debugging information that is newer than itself.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--strip-debug"])]
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
