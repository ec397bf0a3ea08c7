using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Workspaces;

public sealed partial class MembersPage : IDisposable
{
    private const int Step = 50;
    private MemberNames? _people;
    private int _most = Step;
    private IReadOnlyList<Invite> _invites = [];
    private string? _moreInvites;
    private readonly OneAct _act = new();
    private readonly PageLoad _load = new();
    private (Guid By, Guid To)? _offer;
    private Error? _error;

    [Parameter]
    public string Slug { get; set; } = "";

    /// <summary>What the search says; it looks at every member, shown or not.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? Query { get; set; }

    /// <summary>The role to show; null for any.</summary>
    [SupplyParameterFromQuery(Name = "role")]
    public string? RoleName { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required MemberService Members { get; init; }

    [Inject]
    public required WorkspaceService Workspaces { get; init; }

    [Inject]
    public required TransferService Transfers { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required InviteService Invites { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    private IReadOnlyList<MemberView> Found => _people?.Find(Query, RoleName) ?? [];

    private bool MayInvite => Workspace.May(Operations.InviteCreate);

    public void Dispose() => _load.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        if (_load.Opens(Workspace.Id))
        {
            (_people, _invites, _error) = (null, [], null);
            await ReloadAsync();
        }
    }

    private bool MayChange(MemberView member) =>
        member.UserId != Workspace.UserId && member.Role switch
        {
            Role.Owner => false,
            Role.Admin => Workspace.May(Operations.MemberSetAdmin),
            _ => Workspace.May(Operations.MemberSetRole),
        };

    private bool MayRemove(MemberView member) => member.Role switch
    {
        Role.Owner => false,
        Role.Admin => Workspace.May(Operations.MemberRemoveAdmin),
        _ => Workspace.May(Operations.MemberRemove),
    };

    private bool MayRevoke(Invite invite) => Workspace.May(invite.Role == Role.Admin ? Operations.InviteCreateAdmin : Operations.InviteList);

    private IEnumerable<Role> RolesFor(MemberView member) =>
        Enum.GetValues<Role>().Where(role => role == member.Role || role <= Role.Member || (role == Role.Admin && Workspace.May(Operations.MemberSetAdmin)));

    private async Task ReloadAsync() => await _load.GatherAsync(
        async gone => (
            Workspace: await Workspaces.FindAsync(Workspace.Actor, Workspace.Id, gone),
            People: await MemberNames.ReadAsync(Members, Workspace.Actor, Workspace.Id, gone),
            Invites: MayInvite ? await Invites.ListAsync(Workspace.Actor, Workspace.Id, new PageRequest(), gone) : (Result<Page<Invite>>?)null),
        read =>
        {
            _people = read.People;
            _offer = read.Workspace.TryGet(out var view, out _) && view.Workspace is { OfferedBy: { } by, OfferedTo: { } to } ? (by, to) : null;
            if (read.Invites is { IsSuccess: true, Value: var page })
            {
                (_invites, _moreInvites) = (page.Items, page.Next);
            }
        });

    private async Task MoreInvitesAsync()
    {
        if (PageRequest.Parse(PageRequest.DefaultLimit, _moreInvites).TryGet(out var request, out _)
            && (await Invites.ListAsync(Workspace.Actor, Workspace.Id, request, CancellationToken.None)).TryGet(out var page, out _error))
        {
            (_invites, _moreInvites) = ([.. _invites, .. page.Items], page.Next);
        }
    }

    private async Task ChangeRoleAsync(MemberView member, Role role)
    {
        var changed = await ConfirmedAct.RunAsync(
            Dialogs, () => Members.ChangeRoleAsync(Workspace.Actor, Workspace.Id, member.UserId, role, CancellationToken.None));
        changed.TryGet(out _, out _error);
        await ReloadAsync();
    }

    private async Task RemoveAsync(MemberView member)
    {
        var self = member.UserId == Workspace.UserId;
        if (await (self ? AskToLeaveAsync() : RemoveMemberDialog.AskAsync(Dialogs, member)) is not { } work)
        {
            return;
        }

        var removed = await ConfirmedAct.RunAsync(
            Dialogs, () => Members.RemoveAsync(Workspace.Actor, Workspace.Id, member.UserId, CancellationToken.None, work));
        if (removed.TryGet(out _, out _error) && self)
        {
            Navigation.NavigateTo("/");
            return;
        }

        await ReloadAsync();
    }

    private async Task HandOverAsync(MemberView member)
    {
        var yes = await ConfirmDialog.AskAsync(
            Dialogs,
            $"Hand over {Workspace.Name}",
            $"{member.DisplayName} becomes its owner once they accept, and you become an admin. Until then nothing changes, and you can take the offer back.",
            "Offer workspace");
        if (yes)
        {
            await OfferedAsync(() => ConfirmedAct.RunAsync(
                Dialogs, () => Transfers.OfferAsync(Workspace.Actor, Workspace.Id, member.UserId, CancellationToken.None)));
        }
    }

    private Task WithdrawAsync() => OfferedAsync(() => ConfirmedAct.RunAsync(
        Dialogs, () => Transfers.WithdrawAsync(Workspace.Actor, Workspace.Id, CancellationToken.None)));

    private Task AcceptAsync() => OfferedAsync(() => Transfers.AcceptAsync(Workspace.Actor, Workspace.Id, CancellationToken.None));

    private Task DeclineAsync() => OfferedAsync(() => Transfers.DeclineAsync(Workspace.Actor, Workspace.Id, CancellationToken.None));

    private Task OfferedAsync(Func<Task<Result<WorkspaceView>>> act) => _act.RunAsync(Snackbar, async () =>
    {
        var done = await act();
        await ReloadAsync();
        return done.Error;
    });

    private async Task<DepartingWork?> AskToLeaveAsync() => await ConfirmDialog.AskAsync(
        Dialogs,
        $"Leave {Workspace.Name}",
        "You lose access at once, in open pages too. Your runs and jobs stop, and your schedules and webhooks start nothing more. Your keys stop working "
            + "here and your machines leave the workspace; nothing you made is deleted.",
        "Leave workspace")
        ? DepartingWork.Stop
        : null;

    private async Task InviteAsync()
    {
        var parameters = new DialogParameters<InviteDialog> { { dialog => dialog.Workspace, Workspace } };
        var dialog = await Dialogs.ShowAsync<InviteDialog>("Invite people", parameters);
        await dialog.Result;
        await ReloadAsync();
    }

    private async Task RevokeAsync(Invite invite)
    {
        (await Invites.RevokeAsync(Workspace.Actor, Workspace.Id, invite.Id, CancellationToken.None)).TryGet(out _, out _error);
        await ReloadAsync();
    }
}
