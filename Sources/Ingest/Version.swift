/// This version of Windsock, kept in this one place.
package let windsockVersion = "0.1.0"

/// How the reader introduces itself to a host: name, version, and where to ask about it, if that is said.
///
/// - Parameter contact: A URL or an address, in ASCII; empty for none.
/// - Returns: The value of the User-Agent header.
func userAgent(contact: String) -> String {
    "windsock/\(windsockVersion)" + (contact.isEmpty ? "" : " (+\(contact))")
}
