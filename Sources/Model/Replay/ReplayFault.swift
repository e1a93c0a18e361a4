/// Why a command on the log or the read model was not carried out.
package enum ReplayFault: Error, Equatable, CustomStringConvertible {
    /// Somebody else is doing what only one may do.
    case held(lease: String, holder: String, since: String)
    /// The lease was lost to somebody else meanwhile: nothing was changed after that.
    case leaseLost(String)
    /// There is no generation of the read model in this state.
    case noGeneration(String)
    /// A newer or older program made it.
    case otherDefinition(generation: Int, found: Int)
    /// What cannot be done before something else is: a sentence that says what.
    case notYet(String)
    /// The switch needs a word of the operator.
    case refused(String)

    package var description: String {
        switch self {
        case .held(let lease, let holder, let since): "\(lease) is held by \(holder), since \(since)"
        case .leaseLost(let lease): "\(lease) is held by somebody else now: nothing was changed after that"
        case .noGeneration(let state): "there is no read model that is \(state)"
        case .otherDefinition(let generation, let found):
            "read_model_\(generation) has definition \(found), which this program does not know"
        case .notYet(let what), .refused(let what): what
        }
    }
}
