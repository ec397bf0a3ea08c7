using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtherThing.Core.Nodes;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Nodes;

internal sealed class NodeConfiguration : IEntityTypeConfiguration<Node>
{
    public void Configure(EntityTypeBuilder<Node> node)
    {
        node.ToTable("Nodes");
        node.Property(n => n.Id).ValueGeneratedNever();
        node.Property(n => n.Name).HasMaxLength(Node.MaxNameLength);
        node.Property(n => n.PublicKey).HasMaxLength(200);
        node.Property(n => n.PublicKeyHash).HasMaxLength(32);
        node.Property(n => n.ClaimCodeHash).HasMaxLength(32);
        node.Property(n => n.Address).HasMaxLength(100);
        node.Property(n => n.QuarantineReason).HasMaxLength(500);
        node.Property(n => n.InstanceId).HasMaxLength(64);
        node.Property(n => n.SessionNonce).HasMaxLength(64);
        node.Property(n => n.PreviousNonce).HasMaxLength(64);
        node.Property(n => n.Facts).IsJson();
        node.Property(n => n.Limits).IsJson();
        node.HasIndex(n => n.PublicKeyHash).IsUnique(); // who connects again
        node.HasIndex(n => n.ClaimCodeHash); // a code being entered
        node.HasIndex(n => n.OwnerId); // my nodes
        node.HasIndex(n => n.ClaimExpiresAt).HasFilter("\"OwnerId\" IS NULL"); // machines nobody claimed
    }
}

internal sealed class NodeAttachmentConfiguration : IEntityTypeConfiguration<NodeAttachment>
{
    public void Configure(EntityTypeBuilder<NodeAttachment> attachment)
    {
        attachment.ToTable("NodeAttachments");
        attachment.HasKey(a => new { a.WorkspaceId, a.NodeId }); // who serves a workspace
        attachment.HasIndex(a => a.NodeId); // what a node serves
    }
}

internal sealed class JoinTokenConfiguration : IEntityTypeConfiguration<JoinToken>
{
    public void Configure(EntityTypeBuilder<JoinToken> token)
    {
        token.ToTable("JoinTokens");
        token.Property(t => t.Id).ValueGeneratedNever();
        token.Property(t => t.TokenHash).HasMaxLength(32);
        token.Property(t => t.Name).HasMaxLength(Node.MaxNameLength);
        token.Property(t => t.WorkspaceIds).IsJson();
        token.HasIndex(t => t.TokenHash).IsUnique(); // a token being redeemed
        token.HasIndex(t => t.ExpiresAt); // what goes for good
    }
}

/// <summary>What is true of the whole installation: one row.</summary>
internal sealed class Installation
{
    public int Id { get; set; }

    public string Name { get; set; } = "";
}

internal sealed class InstallationConfiguration : IEntityTypeConfiguration<Installation>
{
    public void Configure(EntityTypeBuilder<Installation> installation)
    {
        installation.ToTable("Installation");
        installation.Property(i => i.Id).ValueGeneratedNever();
        installation.Property(i => i.Name).HasMaxLength(64);
    }
}
