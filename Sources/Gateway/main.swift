import Service

Service.main("gateway") { context in
    try await GatewayProcess(context).run()
}
