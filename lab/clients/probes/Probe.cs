using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

/// <summary>
/// What the probes for .NET and mono share: one request a line on standard input, one answer a line on standard output,
/// until the input ends. Both are JSON, a request a flat object of strings; {"version": ""} asks what is here.
/// </summary>
public static class Probe {
    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void End(int status);

    public static void Serve(string version, Func<Dictionary<string, string>, string> answer) {
        Stream output = Console.OpenStandardOutput();
        TextReader input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        for (string line = input.ReadLine(); line != null; line = input.ReadLine()) {
            Dictionary<string, string> request = new Request(line).Read();
            string said = request.ContainsKey("version") ? version : answer(request);
            byte[] answered = Encoding.UTF8.GetBytes(said + "\n");
            output.Write(answered, 0, answered.Length);
            output.Flush();
        }
        End(0); // mono's timer threads may fail, or never end, after the last answer
    }

    /// <summary>The version of the assembly of a type as its build wrote it down, and the runtime's as that says it.</summary>
    public static string Version(Type driver) {
        object[] said = driver.Assembly.GetCustomAttributes(typeof(AssemblyInformationalVersionAttribute), false);
        string version = said.Length > 0 ? ((AssemblyInformationalVersionAttribute) said[0]).InformationalVersion : "";
        Type mono = Type.GetType("Mono.Runtime");
        MethodInfo name = mono == null ? null : mono.GetMethod("GetDisplayName", BindingFlags.NonPublic | BindingFlags.Static);
        string runtime = name == null ? Environment.Version.ToString() : (string) name.Invoke(null, null);
        return "{\"driver\": " + Quoted(version) + ", \"runtime\": " + Quoted(runtime) + "}";
    }

    public static string Line(bool connected, string text, string code, string encrypted) {
        return "{\"connected\": " + (connected ? "true" : "false") + ", \"text\": " + Quoted(text) + ", \"code\": "
            + Quoted(code) + ", \"encrypted\": " + encrypted + "}";
    }

    /// <summary>The exceptions, the outermost first, joined as Exception.ToString() joins them, without stacks.</summary>
    public static string Words(Exception problem) {
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
