using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OtherThing.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class AuditChain : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "UserId",
                table: "AuditLog",
                newName: "ActorId");

            migrationBuilder.RenameColumn(
                name: "Subject",
                table: "AuditLog",
                newName: "Target");

            migrationBuilder.AddColumn<string>(
                name: "Action",
                table: "AuditLog",
                type: "nvarchar(60)",
                maxLength: 60,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "Actor",
                table: "AuditLog",
                type: "nvarchar(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Address",
                table: "AuditLog",
                type: "nvarchar(60)",
                maxLength: 60,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<byte[]>(
                name: "Hash",
                table: "AuditLog",
                type: "varbinary(32)",
                maxLength: 32,
                nullable: false,
                defaultValue: new byte[0]);

            migrationBuilder.AddColumn<string>(
                name: "Outcome",
                table: "AuditLog",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<long>(
                name: "Sequence",
                table: "AuditLog",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            // In a batch of its own, which knows the columns just added. What was written before: its act by name, and what its person is called now. It was all done.
            migrationBuilder.Sql(
                """
                EXEC(N'UPDATE [AuditLog] SET [Outcome] = ''done'',
                    [Actor] = COALESCE((SELECT [DisplayName] FROM [AspNetUsers] WHERE [AspNetUsers].[Id] = [AuditLog].[ActorId]), ''''),
                    [Action] = CASE [Operation]
                    WHEN ''A01'' THEN ''workspace.create''
                    WHEN ''A02'' THEN ''workspace.read''
                    WHEN ''A03'' THEN ''workspace.edit''
                    WHEN ''A04'' THEN ''workspace.policy''
                    WHEN ''A05'' THEN ''workspace.export''
                    WHEN ''A06'' THEN ''workspace.archive''
                    WHEN ''A07'' THEN ''workspace.delete''
                    WHEN ''A08'' THEN ''workspace.transfer''
                    WHEN ''A09'' THEN ''member.list''
                    WHEN ''A10'' THEN ''member.detail''
                    WHEN ''A11'' THEN ''member.set_role''
                    WHEN ''A12'' THEN ''member.set_admin''
                    WHEN ''A13'' THEN ''member.change_owner''
                    WHEN ''A14'' THEN ''member.remove''
                    WHEN ''A15'' THEN ''member.remove_admin''
                    WHEN ''A16'' THEN ''member.leave''
                    WHEN ''A17'' THEN ''invite.create''
                    WHEN ''A18'' THEN ''invite.create_admin''
                    WHEN ''A19'' THEN ''invite.list''
                    WHEN ''A20'' THEN ''invite.redeem''
                    WHEN ''A21'' THEN ''task.read''
                    WHEN ''A22'' THEN ''task.create''
                    WHEN ''A23'' THEN ''task.edit''
                    WHEN ''A24'' THEN ''task.assign''
                    WHEN ''A25'' THEN ''task.delete''
                    WHEN ''A26'' THEN ''attachment.read''
                    WHEN ''A27'' THEN ''flow.read''
                    WHEN ''A28'' THEN ''flow.edit''
                    WHEN ''A29'' THEN ''flow.publish''
                    WHEN ''A30'' THEN ''flow.triggers_off''
                    WHEN ''A31'' THEN ''flow.delete''
                    WHEN ''A32'' THEN ''flow.export''
                    WHEN ''A33'' THEN ''flow.copy_out''
                    WHEN ''A34'' THEN ''webhook.secret''
                    WHEN ''A35'' THEN ''webhook.unsigned''
                    WHEN ''A36'' THEN ''flow.schedule''
                    WHEN ''A37'' THEN ''run.start''
                    WHEN ''A38'' THEN ''run.retry''
                    WHEN ''A39'' THEN ''run.read''
                    WHEN ''A40'' THEN ''run.cancel''
                    WHEN ''A41'' THEN ''run.approve''
                    WHEN ''A42'' THEN ''run.settle''
                    WHEN ''A43'' THEN ''run.delete''
                    WHEN ''A44'' THEN ''console.use''
                    WHEN ''A45'' THEN ''prompt.ad_hoc''
                    WHEN ''A46'' THEN ''command.ad_hoc''
                    WHEN ''A47'' THEN ''console.history_of_others''
                    WHEN ''A48'' THEN ''node.list''
                    WHEN ''A49'' THEN ''node.detail''
                    WHEN ''A50'' THEN ''node.attach''
                    WHEN ''A51'' THEN ''node.policy''
                    WHEN ''A52'' THEN ''node.limits''
                    WHEN ''A53'' THEN ''node.pause''
                    WHEN ''A54'' THEN ''node.detach''
                    WHEN ''A55'' THEN ''node.revoke''
                    WHEN ''A56'' THEN ''job.submit''
                    WHEN ''A57'' THEN ''job.history''
                    WHEN ''A58'' THEN ''node.update''
                    WHEN ''A59'' THEN ''key.list''
                    WHEN ''A60'' THEN ''key.reveal''
                    WHEN ''A61'' THEN ''key.add''
                    WHEN ''A62'' THEN ''key.replace''
                    WHEN ''A63'' THEN ''key.scope''
                    WHEN ''A64'' THEN ''key.use''
                    WHEN ''A65'' THEN ''key.remove''
                    WHEN ''A66'' THEN ''key.audit''
                    WHEN ''A67'' THEN ''key.private_address''
                    WHEN ''A68'' THEN ''usage.own''
                    WHEN ''A69'' THEN ''usage.totals''
                    WHEN ''A70'' THEN ''usage.per_member''
                    WHEN ''A71'' THEN ''node.contribution''
                    WHEN ''A72'' THEN ''budget.set''
                    WHEN ''A73'' THEN ''usage.export''
                    WHEN ''A74'' THEN ''usage.edit''
                    WHEN ''A79'' THEN ''usage.record''
                    WHEN ''A75'' THEN ''audit.read''
                    WHEN ''A76'' THEN ''audit.edit''
                    WHEN ''A77'' THEN ''token.manage''
                    WHEN ''A78'' THEN ''token.of_others''
                    ELSE [Operation] END')
                """);

            migrationBuilder.DropColumn(
                name: "Operation",
                table: "AuditLog");

            migrationBuilder.CreateTable(
                name: "AuditHeads",
                columns: table => new
                {
                    Chain = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    Hash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuditHeads", x => x.Chain);
                });

            migrationBuilder.CreateIndex(
                name: "IX_AuditLog_WorkspaceId_Sequence",
                table: "AuditLog",
                columns: new[] { "WorkspaceId", "Sequence" },
                unique: true,
                filter: "[Sequence] > 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AuditHeads");

            migrationBuilder.DropIndex(
                name: "IX_AuditLog_WorkspaceId_Sequence",
                table: "AuditLog");

            migrationBuilder.DropColumn(
                name: "Action",
                table: "AuditLog");

            migrationBuilder.DropColumn(
                name: "Actor",
                table: "AuditLog");

            migrationBuilder.DropColumn(
                name: "Address",
                table: "AuditLog");

            migrationBuilder.DropColumn(
                name: "Hash",
                table: "AuditLog");

            migrationBuilder.DropColumn(
                name: "Outcome",
                table: "AuditLog");

            migrationBuilder.DropColumn(
                name: "Sequence",
                table: "AuditLog");

            migrationBuilder.RenameColumn(
                name: "Target",
                table: "AuditLog",
                newName: "Subject");

            migrationBuilder.RenameColumn(
                name: "ActorId",
                table: "AuditLog",
                newName: "UserId");

            migrationBuilder.AddColumn<string>(
                name: "Operation",
                table: "AuditLog",
                type: "nvarchar(10)",
                maxLength: 10,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");
        }
    }
}
