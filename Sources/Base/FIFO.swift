/// A queue: first in, first out. Adding at either end and taking from either end take constant time.
package struct FIFO<Element> {
    // A ring: `count` elements from `head` on, in a power of two of slots.
    @usableFromInline var slots: [Element?] = []
    @usableFromInline var head = 0
    @usableFromInline var size = 0

    @inlinable package init() {}

    @inlinable package var count: Int { size }
    @inlinable package var isEmpty: Bool { size == 0 }
    @inlinable package var first: Element? { size == 0 ? nil : slots[head] }
    /// The elements, from the first to the last.
    @inlinable package var elements: [Element] { (0..<size).compactMap { slots[slot($0)] } }

    @inlinable package mutating func append(_ element: Element) {
        if size == slots.count { grow() }
        slots[slot(size)] = element
        size += 1
    }

    /// Puts `element` before the first.
    @inlinable package mutating func prepend(_ element: Element) {
        if size == slots.count { grow() }
        head = slot(slots.count - 1)
        slots[head] = element
        size += 1
    }

    @inlinable @discardableResult package mutating func popFirst() -> Element? {
        guard size > 0 else { return nil }
        let element = slots[head].take()
        head = slot(1)
        size -= 1
        return element
    }

    @inlinable @discardableResult package mutating func popLast() -> Element? {
        guard size > 0 else { return nil }
        size -= 1
        return slots[slot(size)].take()
    }

    /// Empties the queue and returns what it held, in order.
    @inlinable @discardableResult package mutating func removeAll() -> [Element] {
        defer { self = FIFO() }
        return elements
    }

    /// Takes time in proportion to the count.
    @inlinable package mutating func removeAll(where isUnwanted: (Element) -> Bool) {
        for element in removeAll() where !isUnwanted(element) { append(element) }
    }

    /// The slot of the element at `offset` from the first. There is at least one slot.
    @inlinable func slot(_ offset: Int) -> Int { (head + offset) & (slots.count - 1) }

    @inlinable mutating func grow() {
        let ordered = slots[head...] + slots[..<head]
        slots = Array(ordered) + [Element?](repeating: nil, count: max(slots.count, 8))
        head = 0
    }
}

extension FIFO: Sendable where Element: Sendable {}
