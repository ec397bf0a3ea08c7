using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Results;
using OtherThing.Data.Access;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Account;

namespace OtherThing.Tests.Web.Account;

/// <summary>Who changes what secures an account, and hangs up the moment it is written.</summary>
public sealed class HungUpTests(SharedServer server)
{
    private const string NewPassword = "An0ther-passw0rd!";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C11_NewPassword_CallerHungUpOnceItWasWritten_OtherSessionsEndAllTheSame()
    {
        var email = $"hung-up-{Guid.NewGuid():N}@example.org";
        using var other = await server.RegisterAsync(email);
        var id = (await other.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
        using var hungUp = new CancellationTokenSource();
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<IHttpContextAccessor>().HttpContext =
            new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = hungUp.Token };
        var user = (await scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>().FindByEmailAsync(email))!;

        Error? refusal;
        using (OnceWritten(id, hungUp.Cancel))
        {
            refusal = await scope.ServiceProvider.GetRequiredService<AccountService>().ChangePasswordAsync(user, TestServer.Password, NewPassword);
        }

        Assert.True(hungUp.IsCancellationRequested);
        Assert.Null(refusal);
        using var asked = await other.GetAsync("/api/v1/me", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, asked.StatusCode);
        await TestServer.SignInAsync(other, email, NewPassword);
    }

    /// <summary>Acts in the moment in which a change of an account is on the disk and nobody knows yet.</summary>
    private static IDisposable OnceWritten(Guid userId, Action act) => DiagnosticListener.AllListeners.Subscribe(new Hearing<DiagnosticListener>(listener =>
    {
        if (listener.Name == "Microsoft.EntityFrameworkCore")
        {
            listener.Subscribe(new Hearing<KeyValuePair<string, object?>>(said =>
            {
                if (said.Value is SaveChangesCompletedEventData { Context: { } db }
                    && db.ChangeTracker.Entries<AppUser>().Any(entry => entry.Entity.Id == userId))
                {
                    act();
                }
            }));
        }
    }));

    private sealed class Hearing<T>(Action<T> hear) : IObserver<T>
    {
        public void OnNext(T value) => hear(value);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
