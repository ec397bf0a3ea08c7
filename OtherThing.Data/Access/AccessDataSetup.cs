using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Data.Audit;

namespace OtherThing.Data.Access;

/// <summary>Registers the stores of access: accounts, audit, sign-in sessions, personal tokens, idempotency keys.</summary>
public static class AccessDataSetup
{
    public static IServiceCollection AddAccessData(this IServiceCollection services) => services
        .AddSingleton<IAccountStore, AccountStore>()
        .AddSingleton<IAccessReader, AccessReader>()
        .AddSingleton<IAuditStore, AuditStore>()
        .AddSingleton<IIdempotencyStore, IdempotencyStore>()
        .AddSingleton<IPersonalTokenStore, PersonalTokenStore>()
        .AddSingleton<ISignInSessionStore, SignInSessionStore>()
        .AddSingleton<ISignInTries, SignInTries>();
}
