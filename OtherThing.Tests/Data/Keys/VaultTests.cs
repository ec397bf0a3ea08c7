using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Keys;
using OtherThing.Data.Keys;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Keys;

public sealed class VaultTests : IAsyncDisposable
{
    private readonly TestDirectory _ring = new();
    private readonly TestDatabase _database;

    public VaultTests() => _database = new TestDatabase(services => services.AddKeysData(new VaultOptions(_ring.Path)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _ring.Dispose();
    }

    [Theory]
    [InlineData("k")]
    [InlineData("\u0001\u0000 with our own format byte in front")]
    [InlineData("sk-😀-Ωß-\u202e")]
    public async Task S12_SealAndOpen_AnyValue_ComesBackExactly(string text)
    {
        var binding = await BindAsync();

        var opened = await OpenAsync(binding, await SealAsync(binding, text));

        Assert.Equal(text, opened);
    }

    [Fact]
    public async Task S12_SealAndOpen_64KiB_ComesBackExactly()
    {
        var binding = await BindAsync();
        var text = new string('x', 64 * 1024);

        Assert.Equal(text, await OpenAsync(binding, await SealAsync(binding, text)));
    }

    [Fact]
    public async Task S04_Open_AnyByteFlipped_IsRefused()
    {
        var binding = await BindAsync();
        var made = await SealAsync(binding, "sk-canary-0123456789");

        for (var index = 0; index < made.Length; index++)
        {
            var changed = made.ToArray();
            changed[index] ^= 1;
            Assert.Null(await OpenAsync(binding, changed));
        }
    }

    [Fact]
    public async Task S04_Open_UnderAnotherBinding_IsRefused()
    {
        var binding = await BindAsync();
        var other = await BindAsync();
        await SealAsync(other, "theirs");
        var made = await SealAsync(binding, "sk-canary-0123456789");

        Assert.Null(await OpenAsync(binding with { WorkspaceId = other.WorkspaceId }, made));
        Assert.Null(await OpenAsync(binding with { SubjectId = Guid.NewGuid() }, made));
        Assert.Null(await OpenAsync(binding with { Field = "other" }, made));
        Assert.Null(await OpenAsync(binding with { Host = "https://evil.example:443" }, made));
        Assert.NotNull(await OpenAsync(binding, made));
    }

    [Fact]
    public async Task S05_Open_WithAnotherRing_IsRefusedAndNothingIsShredded()
    {
        var binding = await BindAsync();
        var made = await SealAsync(binding, "sk-canary-0123456789");
        using var otherRing = new TestDirectory();
        using var foreign = new VaultRing(new VaultOptions(otherRing.Path));
        var vault = new Vault(_database.Contexts, foreign, TimeProvider.System);

        Assert.Null(await vault.OpenAsync(binding, made, Cancellation));
        using var value = new SecretValue("new");
        await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() => vault.SealAsync(binding, value, Cancellation));
        Assert.Equal("sk-canary-0123456789", await OpenAsync(binding, made));
    }

    [Fact]
    public async Task S11_DataKeyDeleted_ValuesAreGoneForGood()
    {
        var binding = await BindAsync();
        var made = await SealAsync(binding, "sk-canary-0123456789");
        await using (var db = _database.CreateContext())
        {
            await db.Set<WorkspaceDataKey>().ExecuteDeleteAsync(Cancellation);
        }

        Assert.Null(await OpenAsync(binding, made));
    }

    [Fact]
    public async Task Fingerprint_SameValue_IsEqualWithinAWorkspaceOnly()
    {
        var (one, two) = (await BindAsync(), await BindAsync());
        var vault = _database.Get<IVault>();
        using var value = new SecretValue("sk-canary-0123456789");

        var first = await vault.FingerprintAsync(one.WorkspaceId, "host", value, Cancellation);

        Assert.Equal(first, await vault.FingerprintAsync(one.WorkspaceId, "host", value, Cancellation));
        Assert.NotEqual(first, await vault.FingerprintAsync(one.WorkspaceId, "other", value, Cancellation));
        Assert.NotEqual(first, await vault.FingerprintAsync(two.WorkspaceId, "host", value, Cancellation));
    }

    [Fact]
    public async Task Seal_FromManyAtOnce_MakesOneDataKey()
    {
        var (workspaceId, _) = await _database.AddWorkspaceAsync();
        var bindings = Enumerable.Range(0, 16).Select(_ => new SecretBinding(workspaceId, Guid.NewGuid(), "value", "https://a:443")).ToArray();

        var made = await Task.WhenAll(bindings.Select(binding => SealAsync(binding, "v")));

        for (var index = 0; index < made.Length; index++)
        {
            Assert.Equal("v", await OpenAsync(bindings[index], made[index]));
        }
    }

    private async Task<SecretBinding> BindAsync() =>
        new((await _database.AddWorkspaceAsync()).WorkspaceId, Guid.NewGuid(), "value", "https://api.openai.com:443");

    private async Task<byte[]> SealAsync(SecretBinding binding, string text)
    {
        using var value = new SecretValue(text);
        return await _database.Get<IVault>().SealAsync(binding, value, Cancellation);
    }

    private async Task<string?> OpenAsync(SecretBinding binding, byte[] made)
    {
        using var opened = await _database.Get<IVault>().OpenAsync(binding, made, Cancellation);
        return opened?.Expose();
    }
}
