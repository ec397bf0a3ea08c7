using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Shared.Lists;

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

    /// <summary>The roles there are, with how many have each, as a filter offers them; highest first.</summary>
    public IReadOnlyList<(string Value, string Text)> Roles =>
        [.. All.CountBy(member => member.Role).OrderByDescending(pair => pair.Key).Select(
            pair => (pair.Key.ToString().ToLowerInvariant(), $"{pair.Key} ({pair.Value})"))];

    /// <summary>The members whose name or address holds every word of a search and whose role is the one named; highest role and longest standing
    /// first.</summary>
    public IReadOnlyList<MemberView> Find(string? query, string? role) =>
        [.. All.Where(member => (string.IsNullOrEmpty(role) || member.Role.ToString().Equals(role, StringComparison.OrdinalIgnoreCase))
                && ListFilter.Matches(query, member.DisplayName, member.Email))
            .OrderByDescending(member => member.Role).ThenBy(member => member.JoinedAt)];

    public string this[Guid userId] => InWords(userId, "Former member");

    /// <summary>The member's name, or what else to say within a sentence.</summary>
    public string InWords(Guid userId, string otherwise = "a former member") => _members.TryGetValue(userId, out var member) ? member.DisplayName : otherwise;

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
