import Service

Service.main("projector") { context in
    try await ProjectorProcess(context).run()
}
