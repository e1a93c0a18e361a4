/// A fact about one user.
package enum UserEvent: Sendable, Equatable {
    case registered(UserRegistered)

    package var userID: UserID {
        switch self {
        case .registered(let event): event.userID
        }
    }
}

package struct UserRegistered: Sendable, Equatable {
    package let userID: UserID
    package let name: String

    package init(userID: UserID, name: String) {
        self.userID = userID
        self.name = name
    }
}

/// The state of one user.
package struct User: Sendable, Equatable {
    package let id: UserID
    package let name: String
    package let createdAt: Timestamp

    package init(id: UserID, name: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }

    /// The state machine: pure, like `Product.evolve`.
    package static func evolve(_ user: inout User?, _ recorded: Recorded<UserEvent>) -> Verdict {
        switch (user, recorded.event) {
        case (nil, .registered(let registered)):
            user = User(id: registered.userID, name: registered.name, createdAt: recorded.metadata.time)
            return .accepted
        case (.some, .registered):
            return .voided(.alreadyExists)
        }
    }
}
