using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;

namespace OtherThing.Web.Features.Workspaces;

/// <summary>Who is who in a workspace, for pages that show people by name.</summary>
public sealed class MemberNames
{
    /// <summary>Names past this many members are not read; a page says "Member" instead.</summary>
    private const int Most = 1_000;

    private readonly Dictionary<Guid, MemberView> _members = [];

    public IReadOnlyCollection<MemberView> All => _members.Values;

    /// <summary>Those who can be given work.</summary>
    public IEnumerable<MemberView> Workers => _members.Values.Where(member => member.Role >= Role.Member);

    public string this[Guid userId] => _members.TryGetValue(userId, out var member) ? member.DisplayName : "Former member";

    public static async Task<MemberNames> ReadAsync(
        MemberService members, Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        var names = new MemberNames();
        var request = new PageRequest(PageRequest.MaxLimit);
        while (names._members.Count < Most
            && (await members.ListAsync(actor, workspaceId, request, cancellationToken)).TryGet(out var page, out _))
        {
            foreach (var member in page.Items)
            {
                names._members[member.UserId] = member;
            }

            if (page.Next is null || !PageRequest.Parse(PageRequest.MaxLimit, page.Next).TryGet(out var next, out _))
            {
                break;
            }

            request = next;
        }

        return names;
    }
}
