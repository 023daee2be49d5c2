import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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

    public static void main(String[] given) throws Exception {
        Lines.serve(Jdbc::answer);
    }

    private static String answer(Map<String, String> request) throws Exception {
        if (request.containsKey("version")) {
            return "{\"driver\": " + Lines.quoted(version(request.get("version"))) + ", \"java\": " + Lines.quoted(System.getProperty("java.version")) + "}";
        }
        Properties properties = new Properties();
        properties.putAll(request);
        String url = take(properties, "url");
        String question = take(properties, "question");
        String anchors = take(properties, "anchors");
        if (anchors != null) {
            String store = properties.getProperty("trustStore");
            Lines.writeStore("PKCS12", anchors, store, properties.getProperty("trustStorePassword"));
        }
        try (Connection connection = DriverManager.getConnection(url, properties);
            Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            String said = rows.getString(1);
            return "{\"connected\": true, \"text\": " + Lines.quoted(said) + ", \"code\": \"\", \"encrypted\": "
                + ENCRYPTED.equals(said) + "}";
        } catch (SQLException | RuntimeException problem) { // jTDS fails by a NullPointerException, too
            String code = problem instanceof SQLException ? String.valueOf(((SQLException) problem).getErrorCode()) : "";
            return Lines.refused(problem, code);
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
}
