/// The reason why a command on the log or the read model was not carried out.
package enum ReplayFault: Error, Equatable, CustomStringConvertible {
    /// Another holder has the lease.
    case held(lease: String, holder: String, since: String)
    /// Another holder took the lease in the meantime; nothing was changed after that.
    case leaseLost(String)
    /// No generation of the read model is in this state.
    case noGeneration(String)
    /// A newer or older program made the generation.
    case otherDefinition(generation: Int, found: Int)
    /// A newer program gave the generation a state that this program does not know.
    case unknownState(generation: Int, state: String)
    /// Another step has to come first; the sentence says which.
    case notYet(String)
    /// The command was refused; the sentence says why and what to do.
    case refused(String)

    package var description: String {
        switch self {
        case .held(let lease, let holder, let since): "\(lease) is held by \(holder), since \(since)"
        case .leaseLost(let lease):
            "another process took the \(lease) lease in the meantime: nothing was changed after that"
        case .noGeneration(let state): "no read model is \(state)"
        case .otherDefinition(let generation, let found):
            "read_model_\(generation) has definition \(found), which this program does not know"
        case .unknownState(let generation, let state):
            "read_model_\(generation) is in the state \(state), which this program does not know: use the newer one"
        case .notYet(let what), .refused(let what): what
        }
    }
}
