import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the programs of a JVM share: one request a line on standard input, one answer a line on standard output, until the
 * input ends. Both are JSON, a request a flat object of strings.
 *
 * With the system property `lab.anchors`, a PEM file becomes the trust store of the whole process before anything else is
 * done.
 */
final class Lines {
    /** A program: one answer for each request. */
    interface Program {
        String answer(Map<String, String> request) throws Exception;
    }

    /** A request, and how far it has been read. */
    private final String text;
    private int at;

    static void serve(Program program) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err); // what a library prints must not pass for an answer
        String anchors = System.getProperty("lab.anchors");
        if (anchors != null) {
            String store = new File("process.jks").getAbsolutePath();
            String password = System.getProperty("javax.net.ssl.trustStorePassword");
            // As cacerts it can be read without a password, as mssql-jdbc does with TDS 8.0 (TDSChannel.enableSSL).
            writeStore("JKS", anchors, store, password);
            System.setProperty("javax.net.ssl.trustStore", store);
        }
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            Map<String, String> request = new Lines(line).object();
            answers.write((program.answer(request) + "\n").getBytes(StandardCharsets.UTF_8));
            answers.flush();
        }
    }

    /** The answer of an attempt that did not connect. */
    static String refused(Throwable problem, String code) {
        return "{\"connected\": false, \"text\": " + quoted(words(problem)) + ", \"code\": " + quoted(code) + ", \"encrypted\": null}";
    }

    /** The exception as Java prints it, without the places in the program. */
    private static String words(Throwable problem) {
        StringBuilder said = new StringBuilder(problem.toString());
        Throwable cause = problem.getCause();
        // A cause may be one that was there before.
        for (int depth = 0; cause != null && depth < 20; depth++, cause = cause.getCause()) {
            said.append("\nCaused by: ").append(cause);
        }
        return said.toString();
    }

    /** As keytool does it (`keytool -importcert`): every certificate of the PEM file becomes a trusted one. */
    static void writeStore(String type, String pem, String target, String password)
        throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        int number = 0;
        try (InputStream file = new FileInputStream(pem)) {
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("lab-" + number++, each);
            }
        }
        try (OutputStream file = new FileOutputStream(target)) {
            store.store(file, password.toCharArray());
        }
    }

    static String quoted(String text) {
        StringBuilder made = new StringBuilder("\"");
        for (char each : text.toCharArray()) {
            if (each == '"' || each == '\\') {
                made.append('\\').append(each);
            } else if (each < ' ' || each > '~') {
                made.append(String.format("\\u%04x", (int) each));
            } else {
                made.append(each);
            }
        }
        return made.append('"').toString();
    }

    private Lines(String text) {
        this.text = text;
    }

    /** A flat object of strings (RFC 8259), which is all that a request is: Java brings no parser. */
    private Map<String, String> object() {
        Map<String, String> found = new LinkedHashMap<>();
        expect('{');
        if (next() != '}') {
            do {
                String name = string();
                expect(':');
                found.put(name, string());
            } while (next() == ',' && at++ >= 0);
        }
        expect('}');
        return found;
    }

    private String string() {
        expect('"');
        StringBuilder made = new StringBuilder();
        while (text.charAt(at) != '"') {
            char each = text.charAt(at++);
            made.append(each == '\\' ? escaped(text.charAt(at++)) : each);
        }
        at++;
        return made.toString();
    }

    private char escaped(char letter) {
        switch (letter) {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 4, at), 16);
            default:
                return letter;
        }
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.charAt(at);
    }

    private void expect(char wanted) {
        if (next() != wanted) {
            throw new IllegalArgumentException("no '" + wanted + "' at " + at + " of the request");
        }
        at++;
    }
}
