import Events

/// The arguments of `warelog dlq`.
struct DeadLetterRequest: Sendable {
    enum Action: String, Sendable {
        case list, show, redrive, discard
    }

    let action: Action
    /// The ids of the letters; empty for all letters that the other conditions allow.
    let ids: Set<String>
    /// Whether letters that no longer need a decision are included.
    let isAll: Bool
    /// The reason for the failure.
    let failure: String?
    let product: ProductID?
    /// The reason for the decision.
    let because: String?
    let actor: String
    let isDryRun: Bool
    let isJSON: Bool

    init(_ arguments: some Sequence<String>) throws(WrongUsage) {
        let options = try CommandOptions(
            arguments, valued: ["--failure", "--product", "--reason", "--actor"],
            flags: ["--all", "--dry-run", "--json"])
        guard let word = options.words.first, let action = Action(rawValue: word) else {
            throw WrongUsage("dlq needs one of list, show, redrive and discard")
        }
        self.action = action
        ids = Set(options.words.dropFirst())
        isAll = options.has("--all")
        failure = options["--failure"]
        because = options["--reason"]
        actor = try options.actor()
        isDryRun = options.has("--dry-run")
        isJSON = options.has("--json")
        if let text = options["--product"] {
            guard let id = ProductID(text) else { throw WrongUsage("--product must be the id of a product") }
            product = id
        } else {
            product = nil
        }
        switch action {
        case .list:
            guard ids.isEmpty else { throw WrongUsage("dlq list takes no letters; use dlq show for one") }
        case .show:
            guard ids.count == 1 else { throw WrongUsage("dlq show needs one letter") }
        case .redrive, .discard:
            guard ids.isEmpty == isAll else {
                throw WrongUsage("dlq \(action.rawValue) needs letters, or --all")
            }
            guard action == .redrive || because?.isEmpty == false else {
                throw WrongUsage("dlq discard needs --reason TEXT, which is recorded")
            }
        }
    }

    /// Whether the request concerns `letter`, as far as the letter itself tells.
    func concerns(_ letter: DeadLetter) -> Bool {
        (ids.isEmpty || ids.contains(letter.id.text)) && (failure == nil || failure == letter.failure.reason)
            && (product == nil || product == letter.productID)
    }

    /// Whether the request concerns a letter in this state.
    func concerns(_ state: DeadLetterState) -> Bool {
        switch action {
        case .list: isAll || state.isOpen
        case .show: true
        // A letter that is named may be decided again, where that is still possible.
        case .redrive: state.isOpen || (!ids.isEmpty && state.isFailed)
        case .discard: state.isOpen
        }
    }
}
