import Foundation

/// The files of this repository that tests look at.
package enum Repository {
    /// The path of a file of the repository.
    ///
    /// - Parameter name: Its path from the top.
    /// - Returns: The absolute path.
    package static func path(_ name: String) -> String {
        // Not as a default argument, which would be the caller's file.
        URL(fileURLWithPath: #filePath).appendingPathComponent("../../../\(name)").standardized.path
    }

    /// The text of a file of the repository.
    ///
    /// - Parameter name: Its path from the top.
    /// - Returns: Its content.
    /// - Throws: What the file system says.
    package static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
    }
}
