import Synchronization
package import Texts

/// Where the tests' texts are, for as long as the tests run.
private let sampleTexts = Mutex(TextArena())

extension ByteText {
    /// A text of a string, for a test that has no batch to keep it in.
    package init(_ string: String) {
        self.init(lending: sampleTexts.withLock { $0.add(string).bytes })
    }
}

/// Lets a test compare with the strings that it made its messages of.
package func == (left: ByteText, right: String) -> Bool { String(left) == right }

package func == (left: ByteText?, right: String) -> Bool { left.map { String($0) } == right }
