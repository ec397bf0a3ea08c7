using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Web.Features.Keys;

/// <summary>The API Keys tab: who lends which key, how it is, what it paid.</summary>
public sealed partial class KeysPage : IDisposable
{
    private List<ApiKeyView>? _keys;
    private string? _next;
    private int _wanted = PageRequest.DefaultLimit;
    private Dictionary<string, UsageGroup> _spent = [];
    private MemberNames? _people;
    private Guid? _busy;
    private string _said = "";
    private Error? _error;
    private readonly PageLoad _load = new();

    [Parameter]
    public string Slug { get; set; } = "";

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required KeyService Keys { get; init; }

    [Inject]
    public required KeyTestService KeyTests { get; init; }

    [Inject]
    public required ProviderCatalog Providers { get; init; }

    [Inject]
    public required UsageService Usage { get; init; }

    [Inject]
    public required MemberService Members { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    private bool MayAdd => Workspace.May(Operations.KeyAdd);

    public void Dispose() => _load.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        if (_load.Opens(Workspace.Id))
        {
            (_keys, _wanted, _error) = (null, PageRequest.DefaultLimit, null);
            await ReloadAsync();
        }
    }

    private async Task ReloadAsync()
    {
        if (!await _load.ReadAsync(ReadAsync, read => (_keys, _next, _people, _spent) = read) && _load.Refusal is not null)
        {
            _keys = null; // who may not see them any more does not go on seeing what was read before
        }
    }

    private async Task<Result<(List<ApiKeyView>, string?, MemberNames, Dictionary<string, UsageGroup>)>> ReadAsync(CancellationToken gone)
    {
        var keys = new List<ApiKeyView>();
        string? next = null;
        do
        {
            var limit = Math.Min(_wanted - keys.Count, PageRequest.MaxLimit);
            if (!PageRequest.Parse(limit, next).TryGet(out var request, out var refusal)
                || !(await Keys.ListAsync(Workspace.Actor, Workspace.Id, request, gone)).TryGet(out var page, out refusal))
            {
                return refusal;
            }

            keys.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null && keys.Count < _wanted);

        var people = await MemberNames.ReadAsync(Members, Workspace.Actor, Workspace.Id, gone);
        var today = Clock.GetUtcNow().UtcDateTime.Date;
        var month = new UsageFilter { From = DateTime.SpecifyKind(new DateTime(today.Year, today.Month, 1), DateTimeKind.Utc) };
        var spent = await Usage.SummarizeAsync(Workspace.Actor, Workspace.Id, month, UsageGrouping.Key, byDay: false, gone);
        return (keys, next, people, spent.TryGet(out var summary, out _) ? summary.Groups.ToDictionary(group => group.Key) : []);
    }

    private Task ShowMoreAsync()
    {
        _wanted += PageRequest.DefaultLimit;
        return ReloadAsync();
    }

    private string Spent(ApiKeyView key) => _spent.GetValueOrDefault(key.Id.ToString()) is not { } group
        ? Workspace.May(Operations.UsagePerMember, own: key.AddedBy == Workspace.UserId) ? "nothing" : "–"
        : group.Cost.ToString();

    private static string? Advice(ApiKeyView key) => key.Status switch
    {
        ApiKeyStatus.Invalid => "The provider refused it at its last use. Add a working key and remove this one.",
        ApiKeyStatus.RateLimited => "The provider asked to slow down at its last use.",
        ApiKeyStatus.Paused => "The member who lent it has left, so flows do not use it.",
        ApiKeyStatus.CannotDecrypt => "The server's vault ring is not the one it was sealed with. Restore the ring or add the key again.",
        _ => null,
    };

    private async Task AddAsync()
    {
        var dialog = await Dialogs.ShowAsync<AddKeyDialog>(
            "Add key",
            new DialogParameters<AddKeyDialog> { { d => d.Actor, Workspace.Actor }, { d => d.WorkspaceId, Workspace.Id } },
            new DialogOptions { MaxWidth = MaxWidth.Small, FullWidth = true });
        if (await dialog.Result is { Canceled: false, Data: ApiKeyView key })
        {
            Say($"{key.Name} works and is ready to use.", Severity.Success);
            await ReloadAsync();
        }
    }

    private async Task TestAsync(ApiKeyView key)
    {
        _busy = key.Id;
        var tested = await KeyTests.TestAsync(Workspace.Actor, Workspace.Id, key.Id, CancellationToken.None);
        _busy = null;
        if (!tested.TryGet(out var test, out var error))
        {
            Say(error.Message, Severity.Error);
        }
        else if (test.Message is null)
        {
            Say($"{key.Name} works: it opens {test.Models.Count} {(test.Models.Count == 1 ? "model" : "models")}.", Severity.Success);
        }
        else
        {
            Say(test.Message, Severity.Warning);
        }

        await ReloadAsync();
    }

    private async Task RemoveAsync(ApiKeyView key)
    {
        var yes = await ConfirmDialog.AskAsync(
            Dialogs,
            $"Remove {key.Name}?",
            $"Its value is deleted for good. Steps that name this key, or have no other key of {Providers[key.Provider].Title} to use, will fail.",
            "Remove key");
        if (!yes)
        {
            return;
        }

        (await Keys.RemoveAsync(Workspace.Actor, Workspace.Id, key.Id, CancellationToken.None)).TryGet(out _, out _error);
        _said = _error is null ? $"{key.Name} was removed." : _error.Message;
        await ReloadAsync();
    }

    private void Say(string words, Severity severity)
    {
        _said = words;
        Snackbar.Add(words, severity);
    }
}
