/// A page of a list, as `--json` prints it.
struct ListReport<Item: Encodable>: Encodable {
    let items: [Item]
    /// What `--after` takes for the next page; left out at the end.
    let next: String?
}
