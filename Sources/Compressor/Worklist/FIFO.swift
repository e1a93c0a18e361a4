/// First in, first out. Taking from the front costs the same however many there are.
struct FIFO<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var first = 0

    var count: Int { elements.count - first }
    var isEmpty: Bool { first == elements.count }
    var all: ArraySlice<Element> { elements[first...] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        defer {
            first += 1
            if first > 64, first > elements.count / 2 {
                elements.removeFirst(first)
                first = 0
            }
        }
        return elements[first]
    }
}
