using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Approvals;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Usage;
using OtherThing.Core.Workspaces;
using OtherThing.Data.Access;

namespace OtherThing.Data.Conventions;

/// <summary>
/// SQLite compares text byte by byte; SQL Server as its collation says, by default without regard to capital letters. Both shall agree: what is
/// an identifier (ids, ranks, hashes, codes, calls, models, paths, names of enums, JSON) is compared by its code points there too. Only words
/// that people write and look for are compared as people do.
/// </summary>
internal static class ExactText
{
    public const string Collation = "Latin1_General_100_BIN2";

    /// <summary>The columns of words; every other column of text is exact.</summary>
    internal static readonly IReadOnlySet<(Type Entity, string Property)> Words = new HashSet<(Type, string)>
    {
        (typeof(Approval), nameof(Approval.Title)), (typeof(Approval), nameof(Approval.Text)), (typeof(Approval), nameof(Approval.Note)),
        (typeof(ApiKey), nameof(ApiKey.Name)),
        (typeof(AppUser), nameof(AppUser.DisplayName)), (typeof(AppUser), nameof(AppUser.Email)), (typeof(AppUser), nameof(AppUser.UserName)),
        (typeof(AuditEntry), nameof(AuditEntry.Actor)), (typeof(AuditEntry), nameof(AuditEntry.Detail)),
        (typeof(Flow), nameof(Flow.Name)), (typeof(Flow), nameof(Flow.Description)),
        (typeof(Invite), nameof(Invite.Email)),
        (typeof(JoinToken), nameof(JoinToken.Name)),
        (typeof(Node), nameof(Node.Name)), (typeof(Node), nameof(Node.QuarantineReason)),
        (typeof(PersonalToken), nameof(PersonalToken.Name)),
        (typeof(Run), nameof(Run.FlowName)),
        (typeof(SavedTest), nameof(SavedTest.Name)),
        (typeof(TaskItem), nameof(TaskItem.Title)), (typeof(TaskItem), nameof(TaskItem.Description)), (typeof(TaskItem), nameof(TaskItem.Labels)),
        (typeof(UsageEntry), nameof(UsageEntry.FlowName)),
        (typeof(Workspace), nameof(Workspace.Name)), (typeof(Workspace), nameof(Workspace.Description)),
    };

    /// <summary>For SQL Server: each column of text is exact unless it is one of <see cref="Words"/>.</summary>
    public static void UseExactText(this ModelBuilder builder)
    {
        foreach (var property in builder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            var stored = property.GetValueConverter()?.ProviderClrType ?? property.GetProviderClrType() ?? property.ClrType;
            if (stored == typeof(string) && !Words.Contains((property.DeclaringType.ClrType, property.Name)))
            {
                property.SetCollation(Collation);
            }
        }
    }
}
