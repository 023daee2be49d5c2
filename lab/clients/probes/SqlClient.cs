using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
#if MICROSOFT
using Microsoft.Data.SqlClient;
#else
using System.Data.SqlClient;
#endif

/// <summary>
/// Connects to SQL Server by System.Data.SqlClient, or by Microsoft.Data.SqlClient (MICROSOFT), as Probe.cs is asked: `connection`
/// is a connection string, `question` a statement. The argument, where there is one, is the path of the driver's
/// assembly; mono brings its own.
/// </summary>
public static class SqlClient {
    public static int Main(string[] given) {
        if (given.Length > 0) {
            string driver = Path.GetFullPath(given[0]);
            string name = Path.GetFileNameWithoutExtension(driver);
            AppDomain.CurrentDomain.AssemblyResolve += (sender, asked) =>
                new AssemblyName(asked.Name).Name == name ? Assembly.LoadFrom(driver) : null;
        }
        Serve();
        return 0;
    }

    private static void Serve() {
        Probe.Serve(Probe.Version(typeof(SqlConnection)), Answer);
    }

    private static string Answer(Dictionary<string, string> request) {
        try {
            using (SqlConnection connection = new SqlConnection(request["connection"])) {
                connection.Open();
                using (SqlCommand command = connection.CreateCommand()) {
                    command.CommandText = request["question"];
                    string said = Convert.ToString(command.ExecuteScalar());
                    return Probe.Line(true, said, "", said == "TRUE" ? "true" : "false");
                }
            }
        } catch (Exception problem) {
            SqlException own = problem as SqlException;
            return Probe.Line(false, Probe.Words(problem), own == null ? "" : own.Number.ToString(), "null");
        }
    }
}
