using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
#if MICROSOFT
using Microsoft.Data.SqlClient;
#else
using System.Data.SqlClient;
#endif

/// <summary>
/// Connects to SQL Server by System.Data.SqlClient, or by Microsoft.Data.SqlClient (MICROSOFT): one request a line on standard input, one answer a line on standard
/// output, until the input ends. Both are JSON, a request a flat object of strings: `connection`, a connection string,
/// and `question`; {"version": ""} asks what is here. The argument, where there is one, is the path of the driver's
/// assembly; mono brings its own.
/// </summary>
public static class SqlClient {
    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void End(int status);

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
        Stream output = Console.OpenStandardOutput();
        TextReader input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        for (string line = input.ReadLine(); line != null; line = input.ReadLine()) {
            Dictionary<string, string> request = new Request(line).Read();
            byte[] answer = Encoding.UTF8.GetBytes((request.ContainsKey("version") ? Version() : Answer(request)) + "\n");
            output.Write(answer, 0, answer.Length);
            output.Flush();
        }
        End(0); // mono's timer threads may fail, or never end, after the last answer
    }

    /// <summary>The driver's version as its build wrote it down, and the runtime's as that says it.</summary>
    private static string Version() {
        object[] said = typeof(SqlConnection).Assembly.GetCustomAttributes(
            typeof(AssemblyInformationalVersionAttribute), false);
        string driver = said.Length > 0 ? ((AssemblyInformationalVersionAttribute) said[0]).InformationalVersion : "";
        Type mono = Type.GetType("Mono.Runtime");
        MethodInfo name = mono == null ? null : mono.GetMethod("GetDisplayName", BindingFlags.NonPublic | BindingFlags.Static);
        string runtime = name == null ? Environment.Version.ToString() : (string) name.Invoke(null, null);
        return "{\"driver\": " + Quoted(driver) + ", \"runtime\": " + Quoted(runtime) + "}";
    }

    private static string Answer(Dictionary<string, string> request) {
        try {
            using (SqlConnection connection = new SqlConnection(request["connection"])) {
                connection.Open();
                using (SqlCommand command = connection.CreateCommand()) {
                    command.CommandText = request["question"];
                    string said = Convert.ToString(command.ExecuteScalar());
                    return Line(true, said, "", said == "TRUE" ? "true" : "false");
                }
            }
        } catch (Exception problem) {
            SqlException own = problem as SqlException;
            return Line(false, Words(problem), own == null ? "" : own.Number.ToString(), "null");
        }
    }

    private static string Line(bool connected, string text, string code, string encrypted) {
        return "{\"connected\": " + (connected ? "true" : "false") + ", \"text\": " + Quoted(text) + ", \"code\": "
            + Quoted(code) + ", \"encrypted\": " + encrypted + "}";
    }

    /// <summary>The exceptions, the outermost first, joined as Exception.ToString() joins them, without stacks.</summary>
    private static string Words(Exception problem) {
        StringBuilder said = new StringBuilder();
        for (Exception each = problem; each != null; each = each.InnerException) {
            said.Append(said.Length == 0 ? "" : "\n ---> ").Append(each.GetType().FullName).Append(": ").Append(each.Message);
        }
        return said.ToString();
    }

    private static string Quoted(string text) {
        StringBuilder made = new StringBuilder("\"");
        foreach (char each in text) {
            if (each == '"' || each == '\\') {
                made.Append('\\');
                made.Append(each);
            } else if (each < ' ' || each > '~') {
                made.Append("\\u");
                made.Append(((int) each).ToString("x4"));
            } else {
                made.Append(each);
            }
        }
        made.Append('"');
        return made.ToString();
    }

    /// <summary>A flat object of strings (RFC 8259), which is all that a request is.</summary>
    private sealed class Request {
        private readonly string text;
        private int at;

        public Request(string line) {
            text = line;
        }

        public Dictionary<string, string> Read() {
            Dictionary<string, string> found = new Dictionary<string, string>();
            Expect('{');
            while (Next() != '}') {
                string name = Text();
                Expect(':');
                found[name] = Text();
                if (Next() == ',') {
                    at++;
                }
            }
            return found;
        }

        private char Next() {
            while (char.IsWhiteSpace(text[at])) {
                at++;
            }
            return text[at];
        }

        private void Expect(char wanted) {
            if (Next() != wanted) {
                throw new FormatException("no '" + wanted + "' at " + at + " of the request");
            }
            at++;
        }

        private string Text() {
            Expect('"');
            StringBuilder made = new StringBuilder();
            for (; text[at] != '"'; at++) {
                made.Append(text[at] == '\\' ? Escaped() : text[at]);
            }
            at++;
            return made.ToString();
        }

        private char Escaped() {
            switch (text[++at]) {
                case 'n': return '\n';
                case 'r': return '\r';
                case 't': return '\t';
                case 'u':
                    at += 4;
                    return (char) Convert.ToInt32(text.Substring(at - 3, 4), 16);
                default: return text[at];
            }
        }
    }
}
