// swift-tools-version: 6.2

import PackageDescription

/// What every Swift target is compiled with.
///
/// Warnings are errors here and not in a script, so that an editor, a developer's build and CI agree; dependencies are
/// not affected.
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
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
]

let package = Package(
    name: "windsock",
    products: [
        .executable(name: "windsock", targets: ["windsock"]),
        .executable(name: "windsock-simulator", targets: ["JetstreamSimulator"]),
        .library(name: "Jetstream", targets: ["Jetstream"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
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
            exclude: ["README.md"],
            swiftSettings: strict
        ),
        // Compiled as others compile it: of Jetstream it sees only what is public.
        .executableTarget(
            name: "JetstreamExample",
            dependencies: ["Jetstream"],
            path: "Examples/ReadStream",
            packageAccess: false,
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
        .executableTarget(
            name: "windsock",
            dependencies: ["Ingest", "Jetstream", "Store", logging, arguments],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "JetstreamSimulator",
            dependencies: nio + ["CZstd", crypto, arguments],
            swiftSettings: strict
        ),

        .target(
            name: "TestSupport",
            dependencies: nio + ["JetstreamSimulator", "Texts"],
            path: "Tests/TestSupport",
            exclude: ["Rigs"],
            swiftSettings: strict
        ),
        .testTarget(name: "TextsTests", dependencies: ["Texts"], swiftSettings: strict),
        .testTarget(
            name: "JetstreamTests",
            dependencies: ["CCurl", "CZstd", "Jetstream", "JetstreamSimulator", "Texts", "TestSupport"] + nio,
            swiftSettings: strict
        ),
        .testTarget(
            name: "StoreTests",
            dependencies: ["CSQLite", "Store", "Texts", "TestSupport", grdb, sqlite],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IngestTests",
            dependencies: [
                "Ingest", "Jetstream", "JetstreamSimulator", "Store", "Texts", "TestSupport", grdb, logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WindsockTests",
            dependencies: [
                "windsock", "Ingest", "Jetstream", "JetstreamSimulator", "Store", "Texts", "TestSupport", grdb,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "JetstreamSimulatorTests",
            dependencies: ["CZstd", "JetstreamSimulator", "TestSupport"],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
