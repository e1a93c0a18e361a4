/// First in, first out, at constant cost.
struct CommandQueue {
    private var items: [Command?] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var count: Int { items.count - head }
    var first: Command? { isEmpty ? nil : items[head] }

    mutating func append(_ command: Command) { items.append(command) }

    mutating func removeFirst() {
        guard !isEmpty else { return }
        items[head] = nil
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1024, head > items.count / 2 {
            items.removeFirst(head)
            head = 0
        }
    }

    mutating func removeFinished() {
        items = items[head...].filter { $0?.isFinished == false }
        head = 0
    }

    mutating func prepend(_ command: Command) { items.insert(command, at: head) }

    mutating func removeAll() -> [Command] {
        defer {
            items = []
            head = 0
        }
        return items[head...].compactMap { $0 }
    }
}
