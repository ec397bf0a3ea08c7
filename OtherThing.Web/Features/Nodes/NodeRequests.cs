namespace OtherThing.Web.Features.Nodes;

public sealed record CreateJoinTokenRequest(string? Name, IReadOnlyList<Guid>? WorkspaceIds);

public sealed record JoinTokenResponse(string Token, DateTime ExpiresAt);

public sealed record ClaimNodeRequest(string? ClaimCode);

public sealed record SetNodeWorkspacesRequest(IReadOnlyList<Guid>? WorkspaceIds);

public sealed record SetNodeLimitsRequest(double? CpuCores, long? MemoryMb, int? GpuCount, long? StorageMb);

public sealed record RenameNodeRequest(string? Name);
