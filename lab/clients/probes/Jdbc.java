import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Connects to SQL Server by a JDBC driver: one request a line on standard input, one answer a line on standard output,
 * until the input ends. Both are JSON, a request a flat object of strings.
 *
 * A request has `url` and `question`; `anchors`, the name of a PEM file, which is written into the PKCS#12 file that
 * `trustStore` names; all else are properties of the connection. {"version": CLASS} asks what is here: that class of the
 * driver has a method `getVersion`, or a field for each number. With the system property `lab.anchors`, such a file
 * becomes the trust store of the whole process before anything else is done.
 */
public final class Jdbc {
    private static final String ENCRYPTED = "TRUE";

    /** A request, and how far it has been read. */
    private final String text;
    private int at;

    public static void main(String[] given) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err); // what a driver prints must not pass for an answer
        String anchors = System.getProperty("lab.anchors");
        if (anchors != null) {
            String store = new File("process.jks").getAbsolutePath();
            String password = System.getProperty("javax.net.ssl.trustStorePassword");
            // As cacerts it can be read without a password, as the driver does with TDS 8.0 (TDSChannel.enableSSL).
            writeStore("JKS", anchors, store, password);
            System.setProperty("javax.net.ssl.trustStore", store);
        }
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            Map<String, String> request = new Jdbc(line).object();
            answers.write((answer(request) + "\n").getBytes(StandardCharsets.UTF_8));
            answers.flush();
        }
    }

    private static String answer(Map<String, String> request) throws Exception {
        if (request.containsKey("version")) {
            return "{\"driver\": " + quoted(version(request.get("version"))) + ", \"java\": " + quoted(System.getProperty("java.version")) + "}";
        }
        Properties properties = new Properties();
        properties.putAll(request);
        String url = take(properties, "url");
        String question = take(properties, "question");
        String anchors = take(properties, "anchors");
        if (anchors != null) {
            String store = properties.getProperty("trustStore");
            writeStore("PKCS12", anchors, store, properties.getProperty("trustStorePassword"));
        }
        try (Connection connection = DriverManager.getConnection(url, properties);
            Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            String said = rows.getString(1);
            return "{\"connected\": true, \"text\": " + quoted(said) + ", \"code\": \"\", \"encrypted\": "
                + ENCRYPTED.equals(said) + "}";
        } catch (SQLException | RuntimeException problem) { // jTDS fails by a NullPointerException, too
            String code = problem instanceof SQLException ? String.valueOf(((SQLException) problem).getErrorCode()) : "";
            return "{\"connected\": false, \"text\": " + quoted(words(problem)) + ", \"code\": " + quoted(code)
                + ", \"encrypted\": null}";
        }
    }

    /** What a class of the driver knows of its version: the interfaces of JDBC tell the first two numbers alone. */
    private static String version(String name) throws Exception {
        Class<?> known = Class.forName(name);
        for (Method each : known.getMethods()) {
            if (each.getName().equals("getVersion")) {
                return (String) each.invoke(null);
            }
        }
        StringBuilder numbers = new StringBuilder();
        for (Field part : known.getDeclaredFields()) {
            if (part.getType() == int.class) {
                part.setAccessible(true);
                numbers.append(numbers.length() == 0 ? "" : ".").append(part.getInt(null));
            }
        }
        return numbers.toString();
    }

    private static String take(Properties properties, String name) {
        return (String) properties.remove(name);
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
    private static void writeStore(String type, String pem, String target, String password)
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

    private static String quoted(String text) {
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

    private Jdbc(String text) {
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
