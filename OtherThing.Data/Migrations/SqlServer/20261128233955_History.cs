using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OtherThing.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class History : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_RunId",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_Tasks_WorkspaceId_CreatedAt",
                table: "Tasks");

            migrationBuilder.DropIndex(
                name: "IX_Runs_FlowId_CreatedAt",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_WakeAt",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_WorkspaceId_CreatedAt",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_Status",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_WorkspaceId_CreatedAt",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Invites_WorkspaceId_CreatedAt",
                table: "Invites");

            migrationBuilder.DropIndex(
                name: "IX_FlowTests_FlowId_CreatedAt",
                table: "FlowTests");

            migrationBuilder.DropIndex(
                name: "IX_Flows_WorkspaceId_UpdatedAt",
                table: "Flows");

            migrationBuilder.DropIndex(
                name: "IX_AuditLog_WorkspaceId_At",
                table: "AuditLog");

            migrationBuilder.DropIndex(
                name: "IX_Approvals_RunId",
                table: "Approvals");

            migrationBuilder.DropIndex(
                name: "IX_Approvals_TaskId",
                table: "Approvals");

            migrationBuilder.DropIndex(
                name: "IX_Approvals_WorkspaceId_CreatedAt",
                table: "Approvals");

            migrationBuilder.DropIndex(
                name: "IX_ApiKeys_WorkspaceId_AddedAt",
                table: "ApiKeys");

            migrationBuilder.CreateIndex(
                name: "IX_Workspaces_DeletedAt",
                table: "Workspaces",
                column: "DeletedAt",
                filter: "\"DeletedAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_FlowId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries",
                columns: new[] { "FlowId", "WorkspaceId", "Timestamp", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"FlowId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_KeyId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries",
                columns: new[] { "KeyId", "WorkspaceId", "Timestamp", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"KeyId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_Model_WorkspaceId_Timestamp_Id",
                table: "UsageEntries",
                columns: new[] { "Model", "WorkspaceId", "Timestamp", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"Model\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_NodeId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries",
                columns: new[] { "NodeId", "WorkspaceId", "Timestamp", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"NodeId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_Provider_WorkspaceId_Timestamp_Id",
                table: "UsageEntries",
                columns: new[] { "Provider", "WorkspaceId", "Timestamp", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"Provider\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_RunId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries",
                columns: new[] { "RunId", "WorkspaceId", "Timestamp", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"RunId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_Type_WorkspaceId_Timestamp_Id",
                table: "UsageEntries",
                columns: new[] { "Type", "WorkspaceId", "Timestamp", "Id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_UserId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries",
                columns: new[] { "UserId", "WorkspaceId", "Timestamp", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"UserId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Triggers_WorkspaceId",
                table: "Triggers",
                column: "WorkspaceId");

            migrationBuilder.CreateIndex(
                name: "IX_Tasks_AssigneeId_WorkspaceId_CreatedAt_Id",
                table: "Tasks",
                columns: new[] { "AssigneeId", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"DeletedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Tasks_DeletedAt",
                table: "Tasks",
                column: "DeletedAt",
                filter: "\"DeletedAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Tasks_FlowId_WorkspaceId_CreatedAt_Id",
                table: "Tasks",
                columns: new[] { "FlowId", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"DeletedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Tasks_Status_WorkspaceId_CreatedAt_Id",
                table: "Tasks",
                columns: new[] { "Status", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"DeletedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Tasks_WorkspaceId_CreatedAt_Id",
                table: "Tasks",
                columns: new[] { "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, true, true },
                filter: "\"DeletedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_StepPins_WorkspaceId",
                table: "StepPins",
                column: "WorkspaceId");

            migrationBuilder.CreateIndex(
                name: "IX_Runs_FlowId_Status_WorkspaceId_CreatedAt_Id",
                table: "Runs",
                columns: new[] { "FlowId", "Status", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, false, true, true },
                filter: "\"WakeAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Runs_FlowId_WorkspaceId_CreatedAt_Id",
                table: "Runs",
                columns: new[] { "FlowId", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_Status_WorkspaceId_CreatedAt_Id",
                table: "Runs",
                columns: new[] { "Status", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_WakeAt",
                table: "Runs",
                column: "WakeAt",
                filter: "\"WakeAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Runs_WorkspaceId_CreatedAt_Id",
                table: "Runs",
                columns: new[] { "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_RefusedRows_WorkspaceId",
                table: "RefusedRows",
                column: "WorkspaceId");

            migrationBuilder.CreateIndex(
                name: "IX_PersonalTokens_ExpiresAt",
                table: "PersonalTokens",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_Nodes_ClaimExpiresAt",
                table: "Nodes",
                column: "ClaimExpiresAt",
                filter: "\"OwnerId\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Memberships_WorkspaceId_JoinedAt_UserId",
                table: "Memberships",
                columns: new[] { "WorkspaceId", "JoinedAt", "UserId" });

            migrationBuilder.CreateIndex(
                name: "IX_JoinTokens_ExpiresAt",
                table: "JoinTokens",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_RunId_WorkspaceId_CreatedAt_Id",
                table: "Jobs",
                columns: new[] { "RunId", "WorkspaceId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_Status_WorkspaceId_CreatedAt_Id",
                table: "Jobs",
                columns: new[] { "Status", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_WorkspaceId_CreatedAt_Id",
                table: "Jobs",
                columns: new[] { "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_JobBatches_WorkspaceId",
                table: "JobBatches",
                column: "WorkspaceId");

            migrationBuilder.CreateIndex(
                name: "IX_Invites_ExpiresAt",
                table: "Invites",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_Invites_WorkspaceId_CreatedAt_Id",
                table: "Invites",
                columns: new[] { "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_FlowVersions_CreatedAt",
                table: "FlowVersions",
                column: "CreatedAt",
                filter: "\"PublishedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_FlowVersions_WorkspaceId",
                table: "FlowVersions",
                column: "WorkspaceId");

            migrationBuilder.CreateIndex(
                name: "IX_FlowTests_FlowId_CreatedAt_Id",
                table: "FlowTests",
                columns: new[] { "FlowId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_FlowTests_WorkspaceId",
                table: "FlowTests",
                column: "WorkspaceId");

            migrationBuilder.CreateIndex(
                name: "IX_Flows_WorkspaceId_UpdatedAt_Id",
                table: "Flows",
                columns: new[] { "WorkspaceId", "UpdatedAt", "Id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_AuditLog_Action_WorkspaceId_At_Id",
                table: "AuditLog",
                columns: new[] { "Action", "WorkspaceId", "At", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"Action\" <> 'run.start'");

            migrationBuilder.CreateIndex(
                name: "IX_AuditLog_ActorId_WorkspaceId_At_Id",
                table: "AuditLog",
                columns: new[] { "ActorId", "WorkspaceId", "At", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"ActorId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_AuditLog_Outcome_WorkspaceId_At_Id",
                table: "AuditLog",
                columns: new[] { "Outcome", "WorkspaceId", "At", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"Outcome\" = 'refused'");

            migrationBuilder.CreateIndex(
                name: "IX_AuditLog_WorkspaceId_At_Id",
                table: "AuditLog",
                columns: new[] { "WorkspaceId", "At", "Id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_RunId_WorkspaceId_CreatedAt_Id",
                table: "Approvals",
                columns: new[] { "RunId", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_State_WorkspaceId_CreatedAt_Id",
                table: "Approvals",
                columns: new[] { "State", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true },
                filter: "\"State\" = 'open'");

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_TaskId_WorkspaceId_CreatedAt_Id",
                table: "Approvals",
                columns: new[] { "TaskId", "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_WorkspaceId_CreatedAt_Id",
                table: "Approvals",
                columns: new[] { "WorkspaceId", "CreatedAt", "Id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeys_WorkspaceId_AddedAt_Id",
                table: "ApiKeys",
                columns: new[] { "WorkspaceId", "AddedAt", "Id" },
                descending: new[] { false, true, true });

            // Entries of a workspace that is deleted may go with it, no others. The statement in the trigger does not fire it again.
            migrationBuilder.Sql("DROP TRIGGER [AuditLog_NoDelete]");
            migrationBuilder.Sql("""
                EXEC(N'CREATE TRIGGER [AuditLog_NoDelete] ON [AuditLog] INSTEAD OF DELETE AS
                BEGIN
                    IF EXISTS (SELECT 1 FROM deleted AS d LEFT JOIN [Workspaces] AS w ON w.[Id] = d.[WorkspaceId] WHERE w.[DeletedAt] IS NULL)
                    BEGIN; THROW 51000, ''The audit log takes new entries only.'', 1; END
                    DELETE a FROM [AuditLog] AS a INNER JOIN deleted AS d ON d.[Id] = a.[Id];
                END')
                """);

            // What runs that were purged before left behind: their jobs go by themselves from now on, their approvals at once.
            migrationBuilder.Sql("""
                EXEC(N'UPDATE [Jobs] SET [RunId] = NULL WHERE [RunId] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [Runs] WHERE [Runs].[Id] = [Jobs].[RunId])')
                """);
            migrationBuilder.Sql("""
                EXEC(N'DELETE FROM [Approvals] WHERE [SettledAt] IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [Runs] WHERE [Runs].[Id] = [Approvals].[RunId])')
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER [AuditLog_NoDelete]");
            migrationBuilder.Sql("""
                EXEC(N'CREATE TRIGGER [AuditLog_NoDelete] ON [AuditLog] INSTEAD OF DELETE AS
                BEGIN; THROW 51000, ''The audit log takes new entries only.'', 1; END')
                """);

            migrationBuilder.DropIndex(
                name: "IX_Workspaces_DeletedAt",
                table: "Workspaces");

            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_FlowId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_KeyId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_Model_WorkspaceId_Timestamp_Id",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_NodeId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_Provider_WorkspaceId_Timestamp_Id",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_RunId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_Type_WorkspaceId_Timestamp_Id",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_UsageEntries_UserId_WorkspaceId_Timestamp_Id",
                table: "UsageEntries");

            migrationBuilder.DropIndex(
                name: "IX_Triggers_WorkspaceId",
                table: "Triggers");

            migrationBuilder.DropIndex(
                name: "IX_Tasks_AssigneeId_WorkspaceId_CreatedAt_Id",
                table: "Tasks");

            migrationBuilder.DropIndex(
                name: "IX_Tasks_DeletedAt",
                table: "Tasks");

            migrationBuilder.DropIndex(
                name: "IX_Tasks_FlowId_WorkspaceId_CreatedAt_Id",
                table: "Tasks");

            migrationBuilder.DropIndex(
                name: "IX_Tasks_Status_WorkspaceId_CreatedAt_Id",
                table: "Tasks");

            migrationBuilder.DropIndex(
                name: "IX_Tasks_WorkspaceId_CreatedAt_Id",
                table: "Tasks");

            migrationBuilder.DropIndex(
                name: "IX_StepPins_WorkspaceId",
                table: "StepPins");

            migrationBuilder.DropIndex(
                name: "IX_Runs_FlowId_Status_WorkspaceId_CreatedAt_Id",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_FlowId_WorkspaceId_CreatedAt_Id",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_Status_WorkspaceId_CreatedAt_Id",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_WakeAt",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_Runs_WorkspaceId_CreatedAt_Id",
                table: "Runs");

            migrationBuilder.DropIndex(
                name: "IX_RefusedRows_WorkspaceId",
                table: "RefusedRows");

            migrationBuilder.DropIndex(
                name: "IX_PersonalTokens_ExpiresAt",
                table: "PersonalTokens");

            migrationBuilder.DropIndex(
                name: "IX_Nodes_ClaimExpiresAt",
                table: "Nodes");

            migrationBuilder.DropIndex(
                name: "IX_Memberships_WorkspaceId_JoinedAt_UserId",
                table: "Memberships");

            migrationBuilder.DropIndex(
                name: "IX_JoinTokens_ExpiresAt",
                table: "JoinTokens");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_RunId_WorkspaceId_CreatedAt_Id",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_Status_WorkspaceId_CreatedAt_Id",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_Jobs_WorkspaceId_CreatedAt_Id",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "IX_JobBatches_WorkspaceId",
                table: "JobBatches");

            migrationBuilder.DropIndex(
                name: "IX_Invites_ExpiresAt",
                table: "Invites");

            migrationBuilder.DropIndex(
                name: "IX_Invites_WorkspaceId_CreatedAt_Id",
                table: "Invites");

            migrationBuilder.DropIndex(
                name: "IX_FlowVersions_CreatedAt",
                table: "FlowVersions");

            migrationBuilder.DropIndex(
                name: "IX_FlowVersions_WorkspaceId",
                table: "FlowVersions");

            migrationBuilder.DropIndex(
                name: "IX_FlowTests_FlowId_CreatedAt_Id",
                table: "FlowTests");

            migrationBuilder.DropIndex(
                name: "IX_FlowTests_WorkspaceId",
                table: "FlowTests");

            migrationBuilder.DropIndex(
                name: "IX_Flows_WorkspaceId_UpdatedAt_Id",
                table: "Flows");

            migrationBuilder.DropIndex(
                name: "IX_AuditLog_Action_WorkspaceId_At_Id",
                table: "AuditLog");

            migrationBuilder.DropIndex(
                name: "IX_AuditLog_ActorId_WorkspaceId_At_Id",
                table: "AuditLog");

            migrationBuilder.DropIndex(
                name: "IX_AuditLog_Outcome_WorkspaceId_At_Id",
                table: "AuditLog");

            migrationBuilder.DropIndex(
                name: "IX_AuditLog_WorkspaceId_At_Id",
                table: "AuditLog");

            migrationBuilder.DropIndex(
                name: "IX_Approvals_RunId_WorkspaceId_CreatedAt_Id",
                table: "Approvals");

            migrationBuilder.DropIndex(
                name: "IX_Approvals_State_WorkspaceId_CreatedAt_Id",
                table: "Approvals");

            migrationBuilder.DropIndex(
                name: "IX_Approvals_TaskId_WorkspaceId_CreatedAt_Id",
                table: "Approvals");

            migrationBuilder.DropIndex(
                name: "IX_Approvals_WorkspaceId_CreatedAt_Id",
                table: "Approvals");

            migrationBuilder.DropIndex(
                name: "IX_ApiKeys_WorkspaceId_AddedAt_Id",
                table: "ApiKeys");

            migrationBuilder.CreateIndex(
                name: "IX_UsageEntries_RunId",
                table: "UsageEntries",
                column: "RunId");

            migrationBuilder.CreateIndex(
                name: "IX_Tasks_WorkspaceId_CreatedAt",
                table: "Tasks",
                columns: new[] { "WorkspaceId", "CreatedAt" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_FlowId_CreatedAt",
                table: "Runs",
                columns: new[] { "FlowId", "CreatedAt" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_WakeAt",
                table: "Runs",
                column: "WakeAt");

            migrationBuilder.CreateIndex(
                name: "IX_Runs_WorkspaceId_CreatedAt",
                table: "Runs",
                columns: new[] { "WorkspaceId", "CreatedAt" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_Status",
                table: "Jobs",
                column: "Status");

            migrationBuilder.CreateIndex(
                name: "IX_Jobs_WorkspaceId_CreatedAt",
                table: "Jobs",
                columns: new[] { "WorkspaceId", "CreatedAt" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "IX_Invites_WorkspaceId_CreatedAt",
                table: "Invites",
                columns: new[] { "WorkspaceId", "CreatedAt" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "IX_FlowTests_FlowId_CreatedAt",
                table: "FlowTests",
                columns: new[] { "FlowId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Flows_WorkspaceId_UpdatedAt",
                table: "Flows",
                columns: new[] { "WorkspaceId", "UpdatedAt" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "IX_AuditLog_WorkspaceId_At",
                table: "AuditLog",
                columns: new[] { "WorkspaceId", "At" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_RunId",
                table: "Approvals",
                column: "RunId");

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_TaskId",
                table: "Approvals",
                column: "TaskId");

            migrationBuilder.CreateIndex(
                name: "IX_Approvals_WorkspaceId_CreatedAt",
                table: "Approvals",
                columns: new[] { "WorkspaceId", "CreatedAt" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeys_WorkspaceId_AddedAt",
                table: "ApiKeys",
                columns: new[] { "WorkspaceId", "AddedAt" },
                descending: new[] { false, true });
        }
    }
}
