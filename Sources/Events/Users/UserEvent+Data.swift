import JSON

extension UserEvent {
    package var type: EventType {
        switch self {
        case .registered: .userRegistered
        }
    }

    /// The data of the event as JSON, as `schema/events` describes it.
    package var data: [UInt8] {
        JSONWriter.object { json in
            json.member("user_id", userID.value)
            switch self {
            case .registered(let registered): json.member("name", registered.name)
            }
        }
    }

    /// Nil when `type` is not an event of a user.
    package init?(type: EventType, data bytes: [UInt8]) throws(EventFault) {
        guard type == .userRegistered else { return nil }
        let data = try EventData(bytes)
        self = .registered(
            UserRegistered(
                userID: try data.identifier("user_id"), name: try data.string("name", length: RegisterUser.nameLength)))
    }
}

extension User {
    /// The user as clients see it.
    package var json: [UInt8] {
        JSONWriter.object { json in
            json.member("id", id.value)
            json.member("name", name)
            json.member("created_at", createdAt.description)
        }
    }
}
