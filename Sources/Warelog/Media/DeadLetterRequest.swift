import Events

/// What `warelog dlq` is asked to do.
struct DeadLetterRequest: Sendable {
    enum Action: String, Sendable {
        case list, show, redrive, discard
    }

    let action: Action
    /// Letters by their ids; none for all that the other conditions let through.
    let ids: Set<String>
    /// Also those that need nobody any more.
    let isAll: Bool
    /// The reason of the failure.
    let failure: String?
    let product: ProductID?
    /// The reason of the decision.
    let because: String?
    let actor: String
    let isDryRun: Bool
    let isJSON: Bool

    init(_ arguments: some Sequence<String>) throws(WrongUsage) {
        let options = try CommandOptions(
            arguments, valued: ["--failure", "--product", "--reason", "--actor"],
            flags: ["--all", "--dry-run", "--json"])
        guard let word = options.words.first, let action = Action(rawValue: word) else {
            throw WrongUsage("dlq wants one of list, show, redrive and discard")
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
            guard ids.isEmpty else { throw WrongUsage("dlq list wants no letters; dlq show wants one") }
        case .show:
            guard ids.count == 1 else { throw WrongUsage("dlq show wants one letter") }
        case .redrive, .discard:
            guard ids.isEmpty == isAll else {
                throw WrongUsage("dlq \(action.rawValue) wants letters, or --all")
            }
            guard action == .redrive || because?.isEmpty == false else {
                throw WrongUsage("dlq discard wants --reason TEXT: it is written down")
            }
        }
    }

    /// Whether it is about `letter`, as far as the letter tells.
    func concerns(_ letter: DeadLetter) -> Bool {
        (ids.isEmpty || ids.contains(letter.id.text)) && (failure == nil || failure == letter.failure.reason)
            && (product == nil || product == letter.productID)
    }

    /// Whether it is about one that has come to `state`.
    func concerns(_ state: DeadLetterState) -> Bool {
        switch action {
        case .list: isAll || state.isOpen
        case .show: true
        // What somebody names may be decided anew, where that is still possible.
        case .redrive: state.isOpen || (!ids.isEmpty && state.isFailed)
        case .discard: state.isOpen
        }
    }
}
