import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * One GET by HttpsURLConnection or by java.net.http.HttpClient for each request (`Lines`).
 *
 * A request has `client` and `url`; `store`, a PKCS#12 file with its `password`, of which an SSLContext is made for this
 * attempt, and `anchors`, the name of a PEM file that is written into it first; `certificate` and `key`, PEM files with the
 * client's own, which go into a key store of this `password`; `trust`, the kind of trust manager that accepts everything;
 * `verifier`, where every name is accepted; `protocols`, the TLS versions of SSLParameters; `host`, a Host header.
 * {"version": ""} asks what is here.
 */
public final class Https {
    private static final String TLS = "TLS";

    public static void main(String[] given) throws Exception {
        Lines.serve(Https::answer);
    }

    private static String answer(Map<String, String> request) throws Exception {
        if (request.containsKey("version")) {
            return "{\"java\": " + Lines.quoted(System.getProperty("java.version")) + "}";
        }
        try {
            return "httpclient".equals(request.get("client")) ? byHttpClient(request) : byUrlConnection(request);
        } catch (IOException | GeneralSecurityException | RuntimeException problem) {
            return Lines.refused(problem, "");
        } finally {
            forget(SSLContext.getDefault().getClientSessionContext());
        }
    }

    private static String byUrlConnection(Map<String, String> request) throws IOException, GeneralSecurityException {
        HttpsURLConnection connection = (HttpsURLConnection) new URL(request.get("url")).openConnection();
        SSLContext context = context(request);
        if (context != null) {
            connection.setSSLSocketFactory(context.getSocketFactory());
        }
        if (request.containsKey("verifier")) {
            connection.setHostnameVerifier((name, session) -> true);
        }
        if (request.containsKey("host")) {
            connection.setRequestProperty("Host", request.get("host"));
        }
        try {
            return connected(connection.getResponseCode(), "");
        } finally {
            connection.disconnect(); // the next attempt must not find it in the cache of connections
        }
    }

    private static String byHttpClient(Map<String, String> request) throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder();
        SSLContext context = context(request);
        if (context != null) {
            builder.sslContext(context);
        }
        if (request.containsKey("protocols")) {
            builder.sslParameters(new SSLParameters(null, request.get("protocols").split(",")));
        }
        HttpRequest.Builder asked = HttpRequest.newBuilder(URI.create(request.get("url")));
        if (request.containsKey("host")) {
            asked.header("Host", request.get("host"));
        }
        HttpResponse<Void> response = builder.build().send(asked.build(), HttpResponse.BodyHandlers.discarding());
        return connected(response.statusCode(), response.sslSession().map(SSLSession::getProtocol).orElse(""));
    }

    /** The context of this attempt; null for that of the whole process. */
    private static SSLContext context(Map<String, String> request) throws IOException, GeneralSecurityException {
        String store = request.get("store");
        TrustManager[] trusted = null;
        if (request.containsKey("trust")) {
            trusted = new TrustManager[] {request.get("trust").contains("Extended") ? new Everything() : new EveryChain()};
        } else if (store != null) {
            trusted = trustManagers(store, request);
        }
        KeyManager[] own = request.containsKey("certificate") ? keyManagers(request) : null;
        if (trusted == null && own == null) {
            return null;
        }
        SSLContext made = SSLContext.getInstance(TLS);
        made.init(own, trusted, null); // without trust managers: those of the process
        return made;
    }

    private static TrustManager[] trustManagers(String store, Map<String, String> request)
        throws IOException, GeneralSecurityException {
        String password = request.get("password");
        if (request.containsKey("anchors")) {
            Lines.writeStore("PKCS12", request.get("anchors"), store, password);
        }
        KeyStore read = KeyStore.getInstance("PKCS12");
        try (InputStream file = new FileInputStream(store)) {
            read.load(file, password.toCharArray());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(read);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keyManagers(Map<String, String> request) throws IOException, GeneralSecurityException {
        char[] password = request.get("password").toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream file = new FileInputStream(request.get("certificate"))) {
            Certificate[] chain = CertificateFactory.getInstance("X.509").generateCertificates(file).toArray(new Certificate[0]);
            String pem = Files.readString(Path.of(request.get("key"))).replaceAll("-----[A-Z ]+-----", "");
            PKCS8EncodedKeySpec key = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem));
            KeyFactory kind = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm());
            store.setKeyEntry("own", kind.generatePrivate(key), password, chain);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    private static String connected(int status, String protocol) {
        return "{\"connected\": " + (status == 200) + ", \"text\": \"HTTP " + status + "\", \"code\": \"\", \"encrypted\": true, "
            + "\"tls_version\": " + Lines.quoted(protocol) + "}";
    }

    /** Sessions of the context of the process, which the next attempt would resume. */
    private static void forget(SSLSessionContext context) {
        for (byte[] each : Collections.list(context.getIds())) {
            SSLSession session = context.getSession(each);
            if (session != null) {
                session.invalidate();
            }
        }
    }

    /** What people copy from answers: no certificate is looked at. */
    private static final class EveryChain implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** The same, to which JSSE adds no checks of its own. */
    private static final class Everything extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
