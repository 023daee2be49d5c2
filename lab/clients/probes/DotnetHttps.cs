using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

/// <summary>
/// One HTTPS GET for each request that Probe.cs reads: `by` HttpClient or HttpWebRequest, of `url`. What else may stand in a
/// request: `host`, the Host header; `protocols`, the number of SslProtocols; `revocation`, to look at it; `callback`, what a
/// program's own callback accepts: `anything`, or `names` (what is wrong with the name alone);
/// `certificate` and `key`, the files with the client's own.
/// </summary>
public static class DotnetHttps {
    public static int Main(string[] given) {
        Probe.Serve(Probe.Version(typeof(HttpClient)), Answer);
        return 0;
    }

    private static string Answer(Dictionary<string, string> request) {
        try {
            int status = request["by"] == "HttpClient" ? ByHttpClient(request) : ByHttpWebRequest(request);
            return Probe.Line(status == 200, "HTTP " + status, "", "true");
        } catch (Exception problem) {
            return Probe.Line(false, Probe.Words(problem), Code(problem), "null");
        }
    }

    private static int ByHttpClient(Dictionary<string, string> request) {
        HttpClientHandler handler = new HttpClientHandler();
        handler.SslProtocols = Protocols(request);
        if (request.ContainsKey("revocation")) {
            handler.CheckCertificateRevocationList = true;
        }
        if (Accepts(request, "anything")) {
            handler.ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
        } else if (Accepts(request, "names")) {
            handler.ServerCertificateCustomValidationCallback = (message, certificate, chain, errors) => IsGoodButForTheName(errors);
        }
        if (request.ContainsKey("certificate")) {
            handler.ClientCertificates.Add(Own(request));
        }
        using (HttpClient client = new HttpClient(handler))
        using (HttpRequestMessage message = new HttpRequestMessage(HttpMethod.Get, request["url"])) {
            if (request.ContainsKey("host")) {
                message.Headers.Host = request["host"];
            }
            using (HttpResponseMessage response = client.SendAsync(message).GetAwaiter().GetResult()) {
                return (int) response.StatusCode;
            }
        }
    }

    /// <summary>Its protocols and its look at revocation are settings of the whole process (ServicePointManager); None is the default.</summary>
    private static int ByHttpWebRequest(Dictionary<string, string> request) {
        ServicePointManager.SecurityProtocol = (SecurityProtocolType) Protocols(request);
        ServicePointManager.CheckCertificateRevocationList = request.ContainsKey("revocation");
        HttpWebRequest asked = (HttpWebRequest) WebRequest.Create(request["url"]);
        if (Accepts(request, "anything")) {
            asked.ServerCertificateValidationCallback = (sender, certificate, chain, errors) => true;
        } else if (Accepts(request, "names")) {
            asked.ServerCertificateValidationCallback = (sender, certificate, chain, errors) => IsGoodButForTheName(errors);
        }
        if (request.ContainsKey("certificate")) {
            asked.ClientCertificates.Add(Own(request));
        }
        if (request.ContainsKey("host")) {
            asked.Host = request["host"];
        }
        asked.KeepAlive = false;
        using (HttpWebResponse response = (HttpWebResponse) asked.GetResponse()) {
            return (int) response.StatusCode;
        }
    }

    /// <summary>X509Certificate2.CreateFromPemFile, which mono has not.</summary>
    private static X509Certificate2 Own(Dictionary<string, string> request) {
        MethodInfo read = typeof(X509Certificate2).GetMethod("CreateFromPemFile");
        return (X509Certificate2) read.Invoke(null, new object[] {request["certificate"], request["key"]});
    }

    private static bool Accepts(Dictionary<string, string> request, string what) {
        return request.ContainsKey("callback") && request["callback"] == what;
    }

    private static bool IsGoodButForTheName(SslPolicyErrors errors) {
        return (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
    }

    private static SslProtocols Protocols(Dictionary<string, string> request) {
        return request.ContainsKey("protocols") ? (SslProtocols) int.Parse(request["protocols"]) : SslProtocols.None;
    }

    /// <summary>HttpRequestException.HttpRequestError, which mono has not, or WebException.Status.</summary>
    private static string Code(Exception problem) {
        WebException own = problem as WebException;
        PropertyInfo error = problem.GetType().GetProperty("HttpRequestError");
        return own != null ? own.Status.ToString() : error != null ? Convert.ToString(error.GetValue(problem)) : "";
    }
}
