using OtherThing.Core.Access;
using OtherThing.Core.Audit;

namespace OtherThing.Tests.Core.Audit;

public sealed class AuditChainTests
{
    private static readonly AuditEntry s_entry = new()
    {
        Id = Guid.Parse("01a22180-0000-7000-8000-000000000001"),
        Sequence = 1,
        WorkspaceId = Guid.Parse("3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        At = DateTimeOffset.FromUnixTimeMilliseconds(1_795_865_400_123).UtcDateTime,
        ActorKind = ActorKind.Token,
        ActorId = Guid.Parse("01a22180-0000-7000-8000-000000000002"),
        TokenId = Guid.Parse("01a22180-0000-7000-8000-000000000003"),
        Actor = "Ana Öztürk",
        Action = "flow.publish",
        Target = "flow:01a22180-0000-7000-8000-000000000004",
        Outcome = AuditOutcome.Done,
        Detail = "'Größe', version 3",
        Address = "2001:db8::7",
        Hash = [],
    };

    // Computed from the description of the chain with another program (Python's hashlib).
    [Fact]
    public void Next_FirstEntry_IsTheHashThatTheDescriptionGives() => Assert.Equal(
        "6d75f20b14bb0c33d231a2ad13bd1ac8d74329c1ba265e5baee168dc94fda23d",
        Convert.ToHexStringLower(AuditChain.Next(AuditChain.Begin(s_entry.WorkspaceId), s_entry)));

    [Fact]
    public void Next_AnyFieldChanged_IsAnotherHash()
    {
        var before = AuditChain.Begin(s_entry.WorkspaceId);
        AuditEntry[] changed =
        [
            s_entry,
            s_entry with { Id = Guid.NewGuid() },
            s_entry with { Sequence = 2 },
            s_entry with { At = s_entry.At.AddMilliseconds(1) },
            s_entry with { ActorKind = ActorKind.User },
            s_entry with { ActorId = null },
            s_entry with { TokenId = null },
            s_entry with { Actor = "Ana Öztürk " },
            s_entry with { Action = "flow.delete" },
            s_entry with { Target = "" },
            s_entry with { Outcome = AuditOutcome.Refused },
            s_entry with { Detail = null },
            s_entry with { Address = "2001:db8::8" },
            // Text that moves from one field to the next.
            s_entry with { Action = "flow.publishf", Target = s_entry.Target[1..] },
        ];

        var hashes = changed.Select(entry => Convert.ToHexString(AuditChain.Next(before, entry)))
            .Append(Convert.ToHexString(AuditChain.Next(AuditChain.Begin(null), s_entry))).ToList();

        Assert.Equal(hashes.Count, hashes.Distinct().Count());
    }

    [Fact]
    public void Act_OfAnOperation_IsItsNameInWords()
    {
        Assert.Equal("run.start", Operations.RunStart.Act);
        Assert.Equal("member.set_role", Operations.MemberSetRole.Act);
        Assert.Equal(Operations.All.Count, Operations.All.Values.Select(operation => operation.Act).Distinct().Count());
        Assert.All(Operations.All.Values, operation => Assert.Matches(@"^[a-z]+\.[a-z_]+$", operation.Act));
    }
}
